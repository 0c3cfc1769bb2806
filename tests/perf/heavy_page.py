"""The figures of the heavy endpoint as a page."""

from typing import Any


def page(found: dict[str, Any]) -> str:
    """The figures as a page."""
    lines = [
        f"| {kind} | {row['answers_per_second']:g} | {row['p50_ms']:g} | {row['p99_ms']:g} | {row['most_ms']:g} |"
        for kind, row in found["servers"].items()
    ]
    alone = ", ".join(f"{kind} {value:g} ms" for kind, value in found["one client"].items())
    ratios = ", ".join(
        f"{kind} **{ratio['median']:g}** ({ratio['least']:g} to {ratio['most']:g})"
        for kind, ratio in found["ratios"].items()
    )
    return "\n".join(
        [
            "# The heavy endpoint under load",
            "",
            f"{found['machine']}",
            "",
            "`python -m tests.perf.heavy`: `grading-large` (float32, onnxruntime) behind LitServe on the CPU, "
            f"{found['clients']} clients, {found['rounds']} rounds of {found['requests']} requests with one row each, "
            "in turns; the machine had other work, so read the ratios. Clients run on the same cores.",
            "",
            "| server | answers/s | p50 ms | p99 ms | longest ms |",
            "|---|---|---|---|---|",
            *lines,
            "",
            f"Throughput gathered, as a ratio to {ratios}: one by one is one row on one core at a time; in process is "
            "the model alone, one row per run on every core, without server or clients.",
            f"Largest distance of a probability, gathered to in process: {found['probabilities_apart']:.1e}.",
            f"One client, median: {alone}.",
            "",
        ]
    )
