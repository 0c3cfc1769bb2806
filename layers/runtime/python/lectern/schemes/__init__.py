"""A tenant's own schemes: from a few labelled examples, a small head over the frozen encoder's vectors."""
