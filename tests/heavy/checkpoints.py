"""Tiny random checkpoints as the Hub would have them, made in the environment of `make train-env`."""

import json
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GenerationConfig,
    RobertaConfig,
    RobertaForQuestionAnswering,
)

SIZES = (("layers", 2), ("attention_heads", 4), ("ffn_dim", 128))

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def write_vocabulary(folder: Path) -> int:
    """A byte-level vocabulary of single characters, without tokenizer.json, as older repositories have it; its size."""
    words = [*SPECIALS, *sorted(ByteLevel.alphabet()), "Ġt", "he", "Ġthe"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\nĠ t\nh e\nĠt he\n", "utf-8")
    return len(words)


def span_checkpoint(folder: Path) -> Path:
    """A RoBERTa with a head of spans, as random as its sharp head allows."""
    folder.mkdir(parents=True)
    torch.manual_seed(7)
    config = RobertaConfig(
        vocab_size=write_vocabulary(folder),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    network = RobertaForQuestionAnswering(config).eval()
    with torch.no_grad():
        network.qa_outputs.weight.mul_(60)
    network.save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "RobertaTokenizer"}', "utf-8")
    return folder


def writing_checkpoint(folder: Path) -> Path:
    """A BART that writes at most 40 tokens, as random as large weights allow."""
    folder.mkdir(parents=True)
    torch.manual_seed(7)
    size = write_vocabulary(folder)
    layers = {f"{part}_{what}": n for part in ("encoder", "decoder") for what, n in SIZES}
    config = BartConfig(vocab_size=size, d_model=64, max_position_embeddings=1024, init_std=0.3, **layers)
    network = BartForConditionalGeneration(config).eval()
    network.generation_config = GenerationConfig(
        max_length=40,
        min_length=8,
        num_beams=4,
        length_penalty=2.0,
        no_repeat_ngram_size=3,
        early_stopping=True,
        decoder_start_token_id=2,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        forced_bos_token_id=0,
        forced_eos_token_id=2,
    )
    network.save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BartTokenizer"}', "utf-8")
    (folder / "release.json").write_text('{"max_length": 1024, "training_data": []}', "utf-8")
    return folder
