"""What a fold keeps from training: whole questions of both corpora, and whole science modules of SciEntsBank."""

import hashlib

from model_store.recipes.data import Example

QUESTION_FOLDS, MODULE_FOLDS = 5, 4

SCIENCE = ("EM", "FN", "II", "LF", "LP", "ME", "MS", "MX", "PS", "SE", "ST", "VB")
"""SciEntsBank's modules in the training part; a fold keeps every fourth."""


def kept(question: str, module: str, fold: int | None) -> str:
    """Why a fold keeps an answer: its 'module' (`corpus/module`) or 'question' (`corpus/id`), or '' if it doesn't."""
    if fold is None:
        return ""
    corpus, _, name = module.partition("/")
    if corpus == "sciEntsBank" and SCIENCE.index(name) % MODULE_FOLDS == fold:
        return "module"
    digest = hashlib.sha256(question.encode()).digest()
    return "question" if int.from_bytes(digest[:4]) % QUESTION_FOLDS == fold else ""


def apart(example: Example, fold: int | None) -> str:
    """The same of an example."""
    return kept(f"{example.corpus}/{example.question_id}", f"{example.corpus}/{example.module}", fold)
