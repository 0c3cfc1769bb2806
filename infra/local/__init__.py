"""The same functions on one machine: a local AWS, a server, a batch runner and the command line."""
