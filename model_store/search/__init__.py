"""How well search finds: measured on the sections of a textbook."""
