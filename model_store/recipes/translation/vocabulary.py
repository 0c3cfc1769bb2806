"""The vocabulary of a translator: English in pieces of words, Chinese by character, learnt from the training pairs.

Sennrich et al. (2016), byte-pair encoding; Provilkov et al. (2020), BPE-Dropout: while it learns, a word is cut in
another way now and then.
"""

import json
import random
from collections.abc import Sequence
from itertools import pairwise

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Split
from tokenizers.trainers import BpeTrainer

from functions.translate.pieces import MARK, SPECIALS, UNKNOWN, plain
from lectern.chinese import HAN
from model_store.translation.pairs import Pair

WORDS = rf"{MARK}?[A-Za-z]+|{MARK}?[0-9]|[{HAN}]|{MARK}?[^A-Za-z0-9{HAN}{MARK}]|{MARK}"
"""What no piece crosses: a word with the space before it, a digit, an ideograph, a mark."""

LEAST = 2
"""A character that training shows less often is unknown."""


def learn_vocabulary(pairs: Sequence[Pair], size: int) -> Tokenizer:
    """A tokenizer of `size` tokens, or fewer. The characters come from the pairs, and what is left are merges."""
    texts = [plain(getattr(pair, side), side) for pair in pairs for side in ("en", "zh")]
    counts: dict[str, int] = {}
    for text in texts:
        for character in text:
            counts[character] = counts.get(character, 0) + 1
    letters = sorted({MARK, *map(chr, range(33, 127)), *(c for c, n in counts.items() if n >= LEAST)} - {" "})
    tokenizer = Tokenizer(BPE(unk_token=UNKNOWN, fuse_unk=False))
    tokenizer.pre_tokenizer = Split(Regex(WORDS), "isolated")
    trainer = BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIALS),
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        show_progress=False,
        min_frequency=2,
    )
    lines = [(MARK + text if text.isascii() else text).replace(" ", MARK) for text in texts]
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


class Pieces:
    """A vocabulary that can cut words in other ways than its best one."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer, self._vocabulary = tokenizer, tokenizer.get_vocab()
        self._known: dict[str, list[tuple[str, list[int]]]] = {}
        merges = json.loads(tokenizer.to_str())["model"]["merges"]
        self._ranks = {tuple(merge): rank for rank, merge in enumerate(merges)}

    def __call__(self, text: str) -> list[int]:
        """The tokens of a run of text, as served."""
        return [token for word in self._words(text) for token in word[1]]

    def cut(self, text: str, chance: random.Random, dropout: float) -> list[int]:
        """The tokens of a run of text with each merge left out with the probability `dropout`."""
        found: list[int] = []
        for word, tokens in self._words(text):
            found += self._recut(word, chance, dropout) if len(word) > 1 else tokens
        return found

    def _words(self, text: str) -> list[tuple[str, list[int]]]:
        if text not in self._known:
            words = [word for word, _ in self._tokenizer.pre_tokenizer.pre_tokenize_str(text)]
            self._known[text] = [(word, self._tokenizer.encode(word, add_special_tokens=False).ids) for word in words]
        return self._known[text]

    def _recut(self, word: str, chance: random.Random, dropout: float) -> list[int]:
        symbols = list(word)
        while True:
            ranked = [
                (self._ranks[pair], place)
                for place, pair in enumerate(pairwise(symbols))
                if pair in self._ranks and chance.random() >= dropout
            ]
            if not ranked:
                return [self._vocabulary.get(symbol, SPECIALS.index(UNKNOWN)) for symbol in symbols]
            place = min(ranked)[1]
            symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
