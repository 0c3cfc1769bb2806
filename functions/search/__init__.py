"""Embeddings of texts, collections of learning resources, and search in them."""
