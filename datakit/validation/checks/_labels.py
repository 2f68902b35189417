"""When two spellings are one label, for the checks that compare labels with labels and with texts."""

import re
import unicodedata

from datakit.core.text import normalise

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
