"""Flaws that the clean files really have: an alarm about one of them is true, whoever raises it."""

from collections.abc import Mapping
from dataclasses import dataclass

from judge import NOTE, Complaint


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """A flaw counted in a clean file."""

    reason: str
    rows: int | None  #: how many rows have it; None where it is about none in particular
    kinds: tuple[str, ...]  #: of the alarms that say so, of any tool


_DUPLICATES = ("duplicate-text", "near-duplicate-text", "near_duplicate")
_UNEVEN = ("class-imbalance", "rare-class", "class_imbalance")

#: By set; rows are counted in both files together, as `plant.clean` gives them.
REAL_FLAWS: Mapping[str, tuple[Flaw, ...]] = {
    "trec6": (
        Flaw(reason="136 rows stand in groups of equal texts", rows=136, kinds=_DUPLICATES),
        Flaw(reason="11 test texts stand in train", rows=11, kinds=("split-leakage",)),
        Flaw(reason="ENTY has 1,250 rows, ABBR 86", rows=None, kinds=_UNEVEN),
        Flaw(reason="DESC is 21% of train, 28% of test; HUM 22% and 13%", rows=None, kinds=("label-drift",)),
        Flaw(reason="a train text has 10.2 words on average, a test text 7.5", rows=None, kinds=("text-drift",)),
    ),
    "sms_spam": (
        Flaw(reason="705 rows stand in groups of equal texts", rows=705, kinds=_DUPLICATES),
        Flaw(reason="ham has 3,877 rows, spam 587", rows=None, kinds=_UNEVEN),
        Flaw(reason="309 texts hold HTML entities, 6 tags", rows=309, kinds=("html-markup",)),
        Flaw(reason="35 texts hold C1 controls: cp1252 read as latin-1", rows=35, kinds=("control-characters",)),
        Flaw(reason="the same 35 texts are mis-decoded", rows=35, kinds=("mojibake",)),
        Flaw(reason="436 texts hold a telephone number, 7 an e-mail address", rows=436, kinds=("personal-data",)),
        Flaw(reason="79 texts have one or two words", rows=79, kinds=("short-text",)),
        Flaw(
            reason="97 held-out texts share 70% of their character 4-grams with another text of train",
            rows=97,
            kinds=("near-split-leakage",),
        ),
    ),
    "banking77": (
        Flaw(reason="10 rows stand in groups of equal texts, up to case", rows=10, kinds=_DUPLICATES),
        Flaw(reason="7 test texts stand in train", rows=7, kinds=("split-leakage",)),
        Flaw(
            reason="420 test texts share 70% of their character 4-grams with another text of train",
            rows=420,
            kinds=("near-split-leakage",),
        ),
        Flaw(reason="the largest class has 187 rows in train, the smallest 35", rows=None, kinds=_UNEVEN),
        Flaw(reason="test holds 40 rows of each class, train 35 to 187", rows=None, kinds=("label-drift",)),
        Flaw(reason="9 texts have one or two words", rows=9, kinds=("short-text",)),
    ),
}


def backed(kind: str, complaint: Complaint, flaws: tuple[Flaw, ...]) -> bool:
    """Tell whether an alarm about a clean file is true: a flaw explains it, and at least half of its rows."""
    known = [flaw for flaw in flaws if kind in flaw.kinds]
    explained = any(flaw.rows is None or complaint.size <= 2 * flaw.rows for flaw in known)
    return explained or kind.startswith(NOTE)
