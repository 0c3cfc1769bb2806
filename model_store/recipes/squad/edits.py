"""Questions that a paragraph no longer answers, made of questions that it does, as SQuAD 2.0's writers made theirs.

Rajpurkar, Jia and Liang (2018), table 2: another entity or number, an antonym, a negation, another neutral word.
"""

import random
import re
from collections.abc import Callable, Sequence

_OPPOSITES = """
first last|first second|largest smallest|biggest smallest|highest lowest|most least|more less|more fewer|before after
oldest youngest|oldest newest|older younger|earliest latest|earlier later|early late|long short|longest shortest|old new
increase decrease|increased decreased|increases decreases|increasing decreasing|rise fall|rose fell|rising falling
north south|northern southern|east west|eastern western|northeast southwest|northwest southeast|upper lower|top bottom
male female|men women|man woman|father mother|son daughter|brother sister|husband wife|king queen|boys girls|he she
win lose|won lost|winning losing|victory defeat|defeated won|begin end|began ended|start stop|started stopped
start finish|beginning end|open close|opened closed|allow prohibit|allowed forbidden|accept reject|accepted rejected
support oppose|supported opposed|agree disagree|agreed disagreed|legal illegal|like dislike|liked disliked|love hate
positive negative|good bad|best worst|better worse|strong weak|strongest weakest|strength weakness|high low|higher lower
hot cold|warm cool|wet dry|fast slow|faster slower|fastest slowest|heavy light|rich poor|richest poorest|large small
larger smaller|big little|great minor|major minor|maximum minimum|majority minority|all none|always never|often rarely
many few|common rare|common uncommon|public private|internal external|inside outside|inner outer|above below|over under
left right|front back|near far|nearest farthest|closest farthest|arrive leave|arrived left|enter leave|entered left
create destroy|created destroyed|built demolished|build demolish|founded dissolved|born killed|buy sell|bought sold
gain lose|gained lost|add remove|added removed|include exclude|included excluded|join leave|joined left|give take
import export|imports exports|imported exported|modern ancient|true false|real fake|simple complex|easy difficult
similar different|same different|direct indirect|active inactive|present absent|former current|former latter|past future
winter summer|spring autumn|day night|morning evening|january july|june december|march october|april november|young old
primary secondary|natural artificial|formal informal|rural urban|domestic foreign|permanent temporary|wide narrow
success failure|successful unsuccessful|able unable|possible impossible|known unknown|visible invisible|visible hidden
advantage disadvantage|advantages disadvantages|benefit harm|protect attack|protected attacked|with without|for against
french english|german french|british american|american soviet|spanish portuguese|chinese japanese|catholic protestant
christian muslim|liberal conservative|democrat republican|red blue|black white|green yellow|hundred thousand
million billion|century decade|year month|week month|daily weekly|annual monthly|student teacher|students teachers
"""
OPPOSITES: dict[str, list[str]] = {}
for _pair in re.split(r"[|\n]", _OPPOSITES.strip()):
    _one, _other = _pair.split()
    OPPOSITES.setdefault(_one, []).append(_other)
    OPPOSITES.setdefault(_other, []).append(_one)

_AUXILIARY = "is are was were did does do could would should has have had"
_AUXILIARIES = frozenset(_AUXILIARY.split())
_COMMON = """
what which when where whom whose many much were does have been that this with from they their them into than during
about between after before would could should other some name type kind also there
"""
_LITTLE = frozenset(_COMMON.split())

_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_ENTITY = re.compile(r"(?<=[a-z,] )[A-Z][\w'.-]*\w(?: (?:(?:of|the|de|and) )?[A-Z][\w'.-]*\w)*")
_LOWER = re.compile(r"\b[a-z]{4,}\b")
_ENDINGS = ("ing", "ed", "ly", "tion", "ment", "er", "est", "s")

Edit = Callable[[str, Sequence[str], random.Random], str]
"""A question, other questions of its article, chance → the changed question; '' where there is nothing to change."""


def edited(question: str, others: Sequence[str], chance: random.Random) -> str:
    """The question, changed in one way of EDITS, drawn by its weight among those that fit; '' where none does."""
    ways, weights = list(EDITS), list(EDITS.values())
    while ways:
        way = chance.choices(range(len(ways)), weights)[0]
        found = ways.pop(way)(question, others, chance)
        weights.pop(way)
        if found and found != question:
            return found
    return ""


def another_entity(question: str, others: Sequence[str], chance: random.Random) -> str:
    """A name in the question by one of another question of the article."""
    known = {match.group() for other in others for match in _ENTITY.finditer(other)}
    new = sorted(name for name in known if name not in question and not set(name.split()) & set(question.split()))
    return _put(question, _ENTITY, chance, lambda _: chance.choice(new)) if new else ""


def another_number(question: str, others: Sequence[str], chance: random.Random) -> str:
    """A number in the question by another one like it: a year near by, or other digits."""

    def other(text: str) -> str:
        if re.fullmatch(r"1\d{3}|20\d\d", text):
            return str(int(text) + chance.choice((-1, 1)) * chance.randint(1, 40))
        first = str(chance.choice([digit for digit in range(1, 10) if str(digit) != text[0]]))
        return first + "".join(str(chance.randint(0, 9)) if c.isdigit() else c for c in text[1:])

    return _put(question, _NUMBER, chance, other)


def opposite(question: str, others: Sequence[str], chance: random.Random) -> str:
    """A word by its antonym, or by another of its kind."""

    def other(text: str) -> str:
        new = chance.choice(OPPOSITES[text.lower()])
        return new.capitalize() if text[0].isupper() else new

    return _put(question, _WORD, chance, other, lambda text: text.lower() in OPPOSITES)


def negated(question: str, others: Sequence[str], chance: random.Random) -> str:
    """The question with its auxiliary verb denied."""
    not_ = chance.choice(("n't", " not", " never"))
    return _put(question, _WORD, chance, lambda text: text + not_, lambda text: text in _AUXILIARIES)


def another_word(question: str, others: Sequence[str], chance: random.Random) -> str:
    """A word of matter by one with the same ending from another question of the article."""
    known = sorted(
        {word for other in others for word in _LOWER.findall(other)} - _LITTLE - set(_LOWER.findall(question))
    )

    def other(text: str) -> str:
        alike = [word for word in known if _ending(word) == _ending(text) and word[:4] != text[:4]]
        return chance.choice(alike) if alike else text

    return _put(question, _LOWER, chance, other, lambda text: text not in _LITTLE)


EDITS: dict[Edit, float] = {another_entity: 3, another_number: 2, opposite: 3, negated: 0.8, another_word: 1.2}
"""What is changed, and how often where all of them fit."""


def _ending(word: str) -> str:
    return next((ending for ending in _ENDINGS if word.endswith(ending)), "")


def _put(
    question: str,
    pattern: re.Pattern[str],
    chance: random.Random,
    other: Callable[[str], str],
    fits: Callable[[str], bool] = lambda _: True,
) -> str:
    """The question with one match of the pattern that fits put in other words."""
    places = [match for match in pattern.finditer(question) if fits(match.group())]
    if not places:
        return ""
    place = chance.choice(places)
    return question[: place.start()] + other(place.group()) + question[place.end() :]
