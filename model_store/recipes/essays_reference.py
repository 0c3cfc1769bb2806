"""What transformers gives for texts that prove an essays release: `python -m model_store.recipes.essays_reference`.

It writes `reference.json`, the rows of tokens and the means of their vectors, beside the heads; it needs `.venv-train`.
"""

import json
from pathlib import Path

import torch
from transformers import AutoModel

from functions.essays.task import CLS, SEP
from model_store.catalogue import read_model
from model_store.recipes.essays_vectors import MAX_LENGTH, open_tokenizer
from model_store.sources import base_folder

TEXTS = (
    "Computers help people.",
    "Dear editor, i beleive that libarys should not take books away, becuase everyone has a right to choose.",
    "The cyclist rode through the desert without enough water, and every mile was harder than the one before. " * 14,
)
"""Short, misspelt, and as long as a window."""


def main() -> None:
    """Write the reference."""
    model = read_model("essays")
    base = base_folder(model.base)
    tokenizer, network = open_tokenizer(base), AutoModel.from_pretrained(base, attn_implementation="eager").eval()
    rows = []
    for text in TEXTS:
        tokens = [CLS, *tokenizer.encode(text, add_special_tokens=False).ids[: MAX_LENGTH - 2], SEP]
        with torch.no_grad():
            vectors = network(torch.tensor([tokens])).last_hidden_state[0]
        mean = [round(value, 6) for value in vectors.mean(dim=0).tolist()]
        rows.append({"input_ids": tokens, "token_type_ids": [0] * len(tokens), "logits": mean})
    Path(model.adapter, "reference.json").write_text(json.dumps(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
