"""A model's card, written from its facts and its evaluation, so that no figure on it is typed by hand."""

from typing import Any

from model_store.catalogue import Model


def card(model: Model, facts: dict[str, Any], evaluation: dict[str, Any]) -> str:
    """The card as Markdown."""
    compared = evaluation["int8_against_fp32"]
    low, high = compared["difference_95"]
    data = "\n".join(f"- {entry['name']} ({entry['licence']})" for entry in facts["training_data"])
    parameters = ", ".join(f"{name} {value}" for name, value in facts["parameters"].items())
    return f"""# {model.name}

Grades a short answer against reference answers: {", ".join(facts["labels"])}. A cross-encoder over
{model.base.name} ({model.base.licence}), as an adapter of rank {facts["rank"]} and a head; int8 after the build.

## Data
{data}

Answers are written by English-speaking school and college pupils about science and electric circuits. In other
subjects, languages or ages the model is less sure, and less right.

## Recipe
`python -m {facts["recipe"]}`: {parameters}. Data SHA-256 `{facts["data_sha256"][:16]}…`.
{_split(facts)}

## Quality of the int8 file
{_table(evaluation["metrics"])}

Best over all references of a question; `lectern models evaluate {model.name}` makes these figures. ECE is the expected
calibration error after temperature scaling ({evaluation["calibration"]["temperature"]}), fitted on the validation
questions: only the rows of unseen answers measure it on other data.

int8 against fp32 on the {compared["answers"]} validation answers: macro-F1 {compared["macro_f1_int8"]} against
{compared["macro_f1_fp32"]} (95 % interval of the difference {low:+.4f} to {high:+.4f}), {compared["labels_agree"]:.1%}
of the labels agree.

## Confidence and review
{_thresholds(evaluation["calibration"]["thresholds"])}

## Limits
It judges by the references alone and knows no facts. It can be fooled by answers that copy words of a reference. A
grade is a proposal for a teacher.
"""


def _split(facts: dict[str, Any]) -> str:
    share = facts["validation_share"]
    return (
        f"Whole questions ({share:.0%} of each corpus, chosen by hash) are kept apart for validation and calibration."
    )


def _table(metrics: dict[str, dict[str, float]]) -> str:
    lines = [
        "| set | answers | accuracy | macro-F1 | macro-F1 in fp32 | same label as fp32 | ECE |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in metrics.items():
        lines.append(
            f"| {name} | {row['answers']:.0f} | {row['accuracy']:.3f} | {row['macro_f1']:.3f} "
            f"| {row['macro_f1_fp32']:.3f} | {row['labels_agree']:.3f} | {row['ece']:.3f} |"
        )
    return "\n".join(lines)


def _thresholds(thresholds: list[dict[str, float]]) -> str:
    if not thresholds:
        return "No confidence kept validation errors within any budget: every answer goes to review."
    lines = ["| error budget | answers below this confidence go to review |", "|---|---|"]
    lines += [f"| {entry['budget']:.0%} | {entry['confidence']:.3f} |" for entry in thresholds]
    return "\n".join(
        [*lines, "", "Fitted on whole questions that training had not seen; a stricter budget: review all."]
    )
