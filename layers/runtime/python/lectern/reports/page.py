"""`report.html` of a job or a class: one self-contained page, without scripts, to read, print and listen to."""

from pathlib import Path
from typing import Literal

from lectern.reports.counts import CREDIT_BINS
from lectern.reports.figures import Figures
from lectern.reports.row import LABELS

MOST_QUESTIONS = 60
"""Listed on the page; all are in the CSV."""

MOST_CARDS = 24
"""Questions whose wrong answers are shown."""

_FOLDER = Path(__file__).parent


def page(title: str, report: Figures, kind: Literal["job", "class"] = "job", note: str = "") -> str:
    """The page, with figures of no single student; wrong answers are shown as their groups."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # for those who ask for a page

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=percent, signed=signed, count=count, money=money, price=price)
    cards = [question for question in report.questions if question.wrong]
    return environment.get_template("page.html.j2").render(
        title=title,
        note=note,
        kind=kind,
        report=report,
        labels=list(zip(LABELS, report.counts.labels, strict=True)),
        bins=CREDIT_BINS,
        questions=report.questions[:MOST_QUESTIONS],
        cards=cards[:MOST_CARDS],
        more_cards=len(cards) - len(cards[:MOST_CARDS]),
    )


def percent(value: float | None, digits: int = 0) -> str:
    """A share as per cent; a dash for None."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def signed(value: float | None, digits: int = 1) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if value is None else f"{100 * value:+.{digits}f}".replace("-", "−")


def count(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def money(value: float | None) -> str:
    """An amount to two digits that mean something, without an exponent."""
    return "–" if value is None else f"{value:.2f}" if value >= 1 else price(float(f"{value:.2g}"))


def price(value: float) -> str:
    """A small price in full, without an exponent."""
    return f"{value:.12f}".rstrip("0").rstrip(".")
