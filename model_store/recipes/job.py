"""The entry point of every training run, here and as a SageMaker training job in script mode.

`python -m model_store.recipes.job --model grading --epochs 1 …` takes a recipe's parameters as options. In a training
job they come from SM_HPS, data from SM_CHANNEL_TRAINING; the adapter and its record go to SM_MODEL_DIR, the learning
curves to SM_OUTPUT_DATA_DIR, checkpoints to /opt/ml/checkpoints (LECTERN_CHECKPOINTS elsewhere), from where a spot
instance's successor goes on.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from model_store.catalogue import read_model
from model_store.errors import ModelStoreError
from model_store.recipes.engine import Fit, fit
from model_store.recipes.recipe import Recipe, Source, recipe_of
from model_store.recipes.record import CURVES, RECORD

WORKS = ("train", "distil", "prune")


def main() -> None:
    """Run; what goes wrong is told in one line."""
    try:
        run([*hyperparameters(os.environ), *sys.argv[1:]])
    except (ModelStoreError, KeyError, ValueError) as error:
        sys.exit(f"lectern: {error.args[0] if error.args else error}")
    except OSError as error:
        sys.exit(f"lectern: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit("lectern: stopped; started again, the run goes on from its checkpoint")


def run(arguments: Sequence[str]) -> None:
    """Compose, fit, export. Raises what recipes and the engine raise."""
    common = _common()
    known, _ = common.parse_known_args(arguments)
    model = read_model(known.model)
    recipe = recipe_of(known.work, model)
    parameters, settings = _chosen(recipe, common, arguments)
    source = Source(model, known.data, known.everything, known.initial, known.soft)
    work = recipe.compose(source, parameters)
    facts = {"recipe": f"{known.work} {model.name}", "parameters": asdict(parameters), **work.facts}
    folder = known.run or Path("runs", model.name, known.work)
    fit(work.training, settings, facts, folder, known.stop)
    out = known.out or folder / "adapter"
    work.export(out, facts | {"fit": asdict(settings)} | ({"stopped": f"{known.stop} epochs"} if known.stop else {}))
    _copy(folder / RECORD, out)
    _copy(folder / CURVES, Path(os.environ.get("SM_OUTPUT_DATA_DIR", out)))
    print(f"wrote {out}", flush=True)


def hyperparameters(environment: Mapping[str, str]) -> list[str]:
    """A training job's hyperparameters as options; those that the container adds for itself are left out.

    Raises:
        ValueError: SM_HPS is no JSON object.
    """
    try:
        chosen = json.loads(environment.get("SM_HPS", "{}"))
        return [f"--{name}={value}" for name, value in chosen.items() if not name.startswith("sagemaker_")]
    except (ValueError, AttributeError) as error:
        raise ValueError(f"SM_HPS is no JSON object: {error}") from error


def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    channel = os.environ.get("SM_CHANNEL_TRAINING") or os.environ.get("LECTERN_DATA", "../shared/data")
    parser.add_argument("--work", choices=WORKS, default="train", help="what to do")
    parser.add_argument("--model", required=True, help="name in the catalogue")
    parser.add_argument("--data", type=Path, default=channel, help="data folder")
    parser.add_argument("--run", type=Path, default=_checkpoints(), help="folder of checkpoint and record")
    parser.add_argument("--out", type=Path, default=os.environ.get("SM_MODEL_DIR"), help="folder of the adapter")
    parser.add_argument("--initial", type=Path, help="adapter to begin with (distil, prune)")
    parser.add_argument("--soft", type=Path, help="a teacher's probabilities, teacher.npz (distil, prune)")
    parser.add_argument("--stop", type=int, default=0, help="export after so many epochs; the run can go on later")
    parser.add_argument(
        "--everything", nargs="?", const=True, default=False, type=_truth, help="learn the validation questions too"
    )
    return parser


def _checkpoints() -> str | None:
    inside = "/opt/ml/checkpoints" if "SM_MODEL_DIR" in os.environ else None
    return os.environ.get("LECTERN_CHECKPOINTS", inside)


def _chosen(recipe: Recipe, common: argparse.ArgumentParser, arguments: Sequence[str]) -> tuple[Any, Fit]:
    """The recipe's defaults with what the arguments change. Unknown ones end the program, as argparse does."""
    parser = argparse.ArgumentParser(prog="lectern models", parents=[common])
    group = parser.add_argument_group("parameters of the recipe")
    defaults = asdict(recipe.parameters) | asdict(recipe.fit)
    for name, value in defaults.items():
        kind = _truth if isinstance(value, bool) else type(value)
        group.add_argument(f"--{name}", type=kind, default=value, help=f"default {value}")
    chosen = vars(parser.parse_args(arguments))
    parameters = replace(recipe.parameters, **{name: chosen[name] for name in asdict(recipe.parameters)})
    return parameters, replace(recipe.fit, **{name: chosen[name] for name in asdict(recipe.fit)})


def _truth(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
