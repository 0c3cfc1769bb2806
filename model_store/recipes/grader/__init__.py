"""The grader's recipe: the frozen encoder's vectors, a cross-encoder, a memory, trees, and how they are blended."""
