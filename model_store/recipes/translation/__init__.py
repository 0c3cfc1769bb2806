"""A translator from random weights: its vocabulary, its network, and how it learns."""
