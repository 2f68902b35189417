"""How a source is to be read, as far as its name and content do not say it themselves."""

from dataclasses import dataclass

MAX_BYTES = 20_000_000_000  #: that a file may have, unless it is told otherwise

AUTO = "auto"  #: the encoding that is decided from the bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """How to read labelled text; what is None is guessed from obvious names, or an error."""

    text_column: str | None = None
    label_column: str | None = None
    id_column: str | None = None
    #: Of JSON, CSV and TSV; any of Python's codecs, read strictly. `auto`: JSON is UTF-8 (RFC 8259, 8.1); CSV and
    #: TSV are UTF-8, else what their bytes speak for, which is then said in a note.
    encoding: str = AUTO
    columns: tuple[str, ...] | None = None  #: names for a CSV or TSV file without a header
    max_bytes: int = MAX_BYTES  #: of a file, packed if it is; a larger one is refused
    max_line_bytes: int = 1_000_000  #: longer lines become rejects; for CSV and TSV: characters a record
