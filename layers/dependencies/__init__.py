"""The layers of the functions: third-party packages by a lock with hashes, and the shared runtime."""
