"""The heavy path: a model on an endpoint of its own, asked within a deadline, with the fast model to fall back on."""
