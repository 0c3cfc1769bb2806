"""Attacks on a grader: texts that should not be marked correct, and ways of writing that should change nothing."""
