"""Who did what to whom: predicates of a text and their arguments."""
