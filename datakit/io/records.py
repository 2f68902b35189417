"""Rows given as mappings."""

from collections.abc import Mapping, Sequence
from typing import Any

from datakit.io.columns import choose
from datakit.io.rows import Rows, checked
from datakit.io.source import Source


def open_records(records: Sequence[Mapping[str, Any]], how: Source) -> Rows:
    """Open a list of mappings; a key that a row lacks is null in it.

    Raises:
        InputError: no column can be chosen.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = choose(names, how, where="rows")
    values = {role: [record.get(name) for record in records] for role, name in columns.names.items()}
    batch = checked(range(1, len(records) + 1), values["text"], values["label"], values.get("id"))
    return Rows(where="rows", format="rows", names=names, columns=columns, batches=[batch], has_lines=False)
