"""What transformers gives for texts that prove a search release: `python -m model_store.recipes.search_reference`.

It writes `reference.json`, rows of tokens and their vectors (mean pooling, length 1); it needs `.venv-train`.
"""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from lectern.search.reading import CLS, SEP
from model_store.catalogue import read_model
from model_store.sources import base_folder

TEXTS = (
    "len()",
    "What does a variable hold?",
    "A string is a sequence of characters enclosed by matching single or double quotes.",
    "The cyclist rode through the desert without enough water, and every mile was harder than the one before. " * 12,
)
"""A name, a question, a sentence, and nearly as long as a row."""


def main() -> None:
    """Write the reference."""
    model = read_model("search")
    base = base_folder(model.base)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    network, rows = AutoModel.from_pretrained(base, attn_implementation="eager").eval(), []
    for text in TEXTS:
        tokens = [CLS, *tokenizer.encode(text, add_special_tokens=False).ids[:254], SEP]
        with torch.no_grad():
            mean = network(torch.tensor([tokens])).last_hidden_state[0].mean(dim=0)
        vector = [round(value, 7) for value in torch.nn.functional.normalize(mean, dim=0).tolist()]
        rows.append({"input_ids": tokens, "token_type_ids": [0] * len(tokens), "logits": vector})
    Path(model.adapter, "reference.json").write_text(json.dumps(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
