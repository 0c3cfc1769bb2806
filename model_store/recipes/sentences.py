"""What proves a build of the frozen base for schemes: `python -m model_store.recipes.sentences`.

It writes the adapter's facts and `reference.json`, what transformers gives for some texts; it needs `.venv-train`.
"""

import torch
from transformers import AutoModel

from model_store.build.sentences import KIND
from model_store.catalogue import read_model
from model_store.recipes.export import write_json
from model_store.recipes.recipe import tokenizer_of
from model_store.recipes.spans import CLS, SEP
from model_store.recipes.texts import GOLDEN, SERVED_LENGTH
from model_store.sources import base_folder


def main() -> None:
    """Write both."""
    model = read_model("sentences")
    tokenizer = tokenizer_of(model)
    network = AutoModel.from_pretrained(base_folder(model.base), attn_implementation="eager").eval()
    rows = []
    for text in GOLDEN:
        tokens = [CLS, *tokenizer.encode(text, add_special_tokens=False).ids, SEP]
        with torch.no_grad():
            vectors = network(torch.tensor([tokens])).last_hidden_state[0]
        said = [round(value, 6) for value in torch.cat([vectors.mean(dim=0), vectors[1]]).tolist()]
        rows.append({"input_ids": tokens, "token_type_ids": [0] * len(tokens), "logits": said})
    model.adapter.mkdir(parents=True, exist_ok=True)
    facts = {
        "kind": KIND,
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": [],
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": f"{model.base.name} as it is", "licence": model.base.licence}],
    }
    write_json(model.adapter / "adapter.json", facts)
    write_json(model.adapter / "reference.json", rows)


if __name__ == "__main__":
    main()
