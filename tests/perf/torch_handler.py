"""What a tutorial shows: transformers and torch in fp32, its files on the local disk. Runs in .venv-train."""

import json
import os

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

FOLDER = os.environ["TORCH_MODEL"]
TOKENIZER = AutoTokenizer.from_pretrained(FOLDER)
MODEL = AutoModelForSequenceClassification.from_pretrained(FOLDER, num_labels=3).eval()


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    """Grade one answer against one reference."""
    body = json.loads(event["body"])
    inputs = TOKENIZER(f"{body['question']} {body['references'][0]}", body["answer"], return_tensors="pt")
    with torch.inference_mode():
        chances = MODEL(**inputs).logits.softmax(-1)[0]
    return {"statusCode": 200, "body": json.dumps({"probabilities": chances.tolist()})}
