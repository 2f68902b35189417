"""pandas DataFrames."""

from typing import TYPE_CHECKING, Any

from datakit.io.columns import choose
from datakit.io.rows import Rows, checked
from datakit.io.source import Source

if TYPE_CHECKING:
    import pandas as pd


def open_frame(frame: "pd.DataFrame", how: Source) -> Rows:
    """Open a DataFrame; missing values of any kind (NaN, NaT, NA, None) are null.

    Raises:
        InputError: no column can be chosen.
    """
    names = [str(name) for name in frame.columns]
    columns = choose(names, how, where="DataFrame")
    values = {role: _values(frame.iloc[:, names.index(name)]) for role, name in columns.names.items()}
    batch = checked(range(1, len(frame) + 1), values["text"], values["label"], values.get("id"))
    return Rows(where="DataFrame", format="pandas", names=names, columns=columns, batches=[batch], has_lines=False)


def _values(column: "pd.Series[Any]") -> list[Any]:
    # One missing value turns a column of integers into one of floats; convert_dtypes undoes it.
    objects = column.convert_dtypes().astype(object)
    return [None if missing else value for value, missing in zip(objects, column.isna(), strict=True)]
