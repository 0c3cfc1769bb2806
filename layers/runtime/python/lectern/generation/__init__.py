"""Models that write: what a release may write, the search for the best of it, and the graph that is asked."""
