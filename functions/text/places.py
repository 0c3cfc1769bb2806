"""What the function `text` can serve: by the name of a function of one task, the paths that are its own."""

PLACES = {
    "answer": ("/v1/answer", "/v2/models/answer"),
    "classify": (
        "/v1/classify",
        "/v1/schemes",
        "/v2/models/question-type",
        "/v2/models/bloom",
        "/v2/models/sentences",
    ),
    "roles": ("/v1/roles", "/v2/models/roles"),
    "search": ("/v1/embed", "/v1/search", "/v1/collections", "/v2/models/search"),
    "sentiment": ("/v1/sentiment", "/v2/models/sentiment"),
    "summarize": ("/v1/summarize", "/v2/models/summaries"),
    "translate": ("/v1/translate", "/v2/models/translate"),
}
