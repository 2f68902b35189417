"""When two spellings are one label, for the checks that compare labels with labels and with texts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from datakit.core.text import normalise
from datakit.validation.survey import Survey

#: The usual spelling of a label, and the others that it has.
Spellings = Mapping[str, frozenset[str]]

_BETWEEN_WORDS = re.compile(r"(?<=[^\W_])[\s_\-\u2010-\u2015]+(?=[^\W_])")
_WHOLE_NUMBER = re.compile(r"(-?\d+)\.0+")


def folded(label: str) -> str:
    """Fold away case, compatibility forms, invisible characters, and what stands between words.

    `Credit_Card` and `credit card` are one label, as are `1` and the `1.0` that a column of floats makes of it;
    `-1` and `1` are two, and so are `C`, `C++` and `C#`.
    """
    visible = "".join(char for char in label if unicodedata.category(char) != "Cf")
    plain = normalise(visible)
    spaced = _BETWEEN_WORDS.sub(" ", plain.strip("_ ") or plain)
    number = _WHOLE_NUMBER.fullmatch(spaced)
    return number[1] if number else spaced


def counts_of(survey: Survey) -> Counter[str]:
    """Return the rows by label of all splits together."""
    counts: Counter[str] = Counter()
    for digest in survey.values():
        counts.update(digest.label_counts)
    return counts


def spelt_otherwise(survey: Survey, spellings: Spellings) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield for each split that has other spellings: the rows, what is shown of them, and parts of a finding."""
    for digest in survey.values():
        here = {usual: others & digest.label_counts.keys() for usual, others in spellings.items()}
        here = {usual: others for usual, others in here.items() if others}
        if here:
            rows = digest.rows_with(frozenset().union(*here.values()))
            shown = "; ".join(
                f"{usual!r} also as {', '.join(map(repr, sorted(others)))}"
                for usual, others in list(here.items())[:3]
            )
            variants = {
                usual: {label: digest.label_counts.get(label, 0) for label in (usual, *sorted(others))}
                for usual, others in here.items()
            }
            evidence = {"rows": len(rows), "variants": variants}
            yield len(rows), shown, {"evidence": evidence, **digest.located(rows)}
