"""Translation: search, cache, sentences, copies, data and figures."""
