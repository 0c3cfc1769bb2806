"""From a base and an adapter to the files of a release, without torch."""
