"""A network of semantic roles while it learns: what it finds in sentences, and how much of that is right."""

from collections.abc import Sequence

import torch
from torch import Tensor

from functions.roles.decoding import best_spans
from functions.roles.frames import numbered
from functions.roles.rows import WordReader
from model_store.recipes.device import device
from model_store.recipes.roles_data import Sentence
from model_store.recipes.roles_network import RoleNetwork
from model_store.recipes.roles_rows import Example, padded
from model_store.roles_metrics import Argument, Tally, argument_tally, predicate_tally

Frames = dict[int, tuple[Argument, ...]]


def held_metrics(
    network: RoleNetwork, sentences: Sequence[Sentence], reader: WordReader, roles: Sequence[str]
) -> dict[str, float]:
    """F1 of predicates, and of arguments with the predicates that were found."""
    predicates, arguments = Tally(), Tally()
    for sentence, found in zip(sentences, _read(network, sentences, reader, roles), strict=True):
        predicates += predicate_tally(sentence.frames, found)
        arguments += argument_tally(sentence.frames, found)
    return {"predicate_f1": predicates.f1, "argument_f1": arguments.f1}


def _read(
    network: RoleNetwork, sentences: Sequence[Sentence], reader: WordReader, roles: Sequence[str]
) -> list[Frames]:
    """What the network finds: predicates first, then the arguments of each."""
    rows, transitions = [reader.row(sentence.words) for sentence in sentences], network.chain.detach().cpu().numpy()
    result: list[Frames] = [{} for _ in rows]
    order = sorted(range(len(rows)), key=lambda place: len(rows[place].input_ids))
    for start in range(0, len(order), 32):
        places = order[start : start + 32]
        bare = [Example(rows[place], [0] * len(rows[place].firsts), []) for place in places]
        said = _scores(network, bare)[..., 0]
        found = [
            [w for w, first in enumerate(one.row.firsts) if line[first] > 0]
            for one, line in zip(bare, said, strict=True)
        ]
        marked = [
            Example(one.row, one.predicates, [(w, one.predicates) for w in f])
            for one, f in zip(bare, found, strict=True)
        ]
        readings = iter(_scores(network, marked)[len(places) :])
        for place, one in zip(places, marked, strict=True):
            for word, _ in one.marked:
                spans = best_spans(next(readings)[one.row.firsts, 1:].numpy(), word, numbered(roles), transitions)
                result[place][word] = tuple(Argument(roles[span.role], span.start, span.end) for span in spans)
    return result


@torch.inference_mode()
def _scores(network: RoleNetwork, examples: Sequence[Example]) -> Tensor:
    batch = {name: value.to(device()) for name, value in padded(examples).items()}
    scores: Tensor = network.scores(*(batch[name] for name in ("input_ids", "attention_mask", "rows", "marks")))
    return scores.float().cpu()
