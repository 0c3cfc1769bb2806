"""Jobs: the state machine, its workers, and everything that can happen to them."""
