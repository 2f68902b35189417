"""Whether the quotes in a tab-separated file are marks around fields, or text."""

import re
from collections.abc import Iterable

# Possessive quantifiers: a field is read in one way only, so that nothing is tried twice.
_FIELD = r'(?:"(?:[^"]|"")*+"|[^"\t]*+)'
_QUOTED_RECORD = re.compile(rf"{_FIELD}(?:\t{_FIELD})*+[\r\n]*")


def is_quoted(lines: Iterable[str], most: int) -> bool:
    """Tell whether there are quotes, and every field with one is a quoted field (its own quotes doubled).

    Args:
        lines: the file's lines with their ends; a quoted field may go on over several.
        most: characters that a record may have.
    """
    record = ""
    seen = False
    for line in lines:
        if not record and '"' not in line:
            continue
        seen = True
        record += line
        if record.count('"') % 2 == 0:
            if not _QUOTED_RECORD.fullmatch(record):
                return False
            record = ""
        elif len(record) > most:
            return False
    return seen and not record
