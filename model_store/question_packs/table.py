"""The figures of question packs as a page of Markdown."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from model_store.question_packs.curve import MOST_OF_MOHLER

UNTOLD = "prompt 3"
"""Where raters agree its scores can hardly be told from its texts (docs/adr/0010); a mean without it is given too."""


def table(results: dict[str, Any]) -> str:
    """The page for what `measure` gives."""
    lines = [
        "# Question packs: what a teacher's own grades bring",
        "",
        f"Made by `lectern packs measure` (int8; {results['grader']}). Mohler: {MOST_OF_MOHLER} grades at most of the "
        "24 to 31 answers of a question, five splits, the rest scored (scale 0–5, in halves); the grader learns from "
        "points of Mohler's, so each question is put to a first run that was kept from it. ASAP-SAS, which the grader "
        "never saw: no question, no reference, so without grades nothing can be scored; held out are answers with "
        "`id % 5 == 1`. Copies of an answer count once.",
        "Right: within half a step (ASAP-SAS) or half a point (Mohler). Coverage: share without review at an error "
        "budget of 5 %.",
        "",
    ]
    for name, title in (("mohler", "Mohler"), ("asap_sas", "ASAP-SAS")):
        lines += [f"## {title}", "", "| grades | answers scored | RMSE | kappa | ECE | coverage | error there |"]
        lines += ["|---|---|---|---|---|---|---|"]
        for count, row in results[name]["curve"].items():
            lines.append(
                f"| {count} | {row['answers']} | {row['rmse']:.3f} | {row['kappa']:.3f} | {row['ece']:.3f} "
                f"| {row['coverage_at_5']:.0%} | {row['error_at_5']:.1%} |"
            )
        lines += ["", "int8 less fp32 (95 % interval): " + _differences(results[name]["int8_less_fp32"]), ""]
    return "\n".join(lines + _prompts(results["asap_sas"]["questions"], results["raters"])) + "\n"


def _prompts(kappas: dict[str, dict[str, float]], raters: dict[str, dict[str, float]]) -> list[str]:
    names = sorted(kappas, key=lambda name: int(name.split()[1]))
    columns = [*kappas[names[0]], "raters", "told where they agree", "and where they differ"]
    rows = {name: [*kappas[name].values(), *raters[name].values()] for name in names}
    means = {
        "all": np.mean([*rows.values()], axis=0),
        f"all but {UNTOLD.split()[1]}": np.mean([row for name, row in rows.items() if name != UNTOLD], axis=0),
    }
    return [
        "## ASAP-SAS by prompt (kappa)",
        "",
        "Raters: the kappa of the two. Told: the correlation of leave-one-out credits, from all answers, with the mean "
        "of the two raters' scores, over the answers that they score alike, which should be the easier ones, and over "
        f"the others. Of {UNTOLD} the scores that the raters agree on seem to belong to other texts.",
        "",
        f"| prompt | {' | '.join(columns)} |",
        "|---" * (1 + len(columns)) + "|",
        *(_row(name.split()[1], row) for name, row in rows.items()),
        *(_row(title, row) for title, row in means.items()),
    ]


def _row(title: str, values: Iterable[float]) -> str:
    return f"| {title} | " + " | ".join(f"{value:.3f}" for value in values) + " |"


def _differences(compared: dict[str, dict[str, list[float]]]) -> str:
    return "; ".join(
        f"{count} grades: RMSE {row['rmse'][0]:+.3f} ({row['rmse'][1]:+.3f} to {row['rmse'][2]:+.3f}), "
        f"kappa {row['kappa'][0]:+.3f} ({row['kappa'][1]:+.3f} to {row['kappa'][2]:+.3f})"
        for count, row in compared.items()
    )
