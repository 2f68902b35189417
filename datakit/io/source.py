"""How a source is to be read, as far as its name and content do not say it themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """How to read labelled text; what is None is guessed from obvious names, or an error."""

    text_column: str | None = None
    label_column: str | None = None
    id_column: str | None = None
    encoding: str = "utf-8"  #: of JSON, CSV and TSV; any of Python's codecs
    columns: tuple[str, ...] | None = None  #: names for a CSV or TSV file without a header
    max_line_bytes: int = 1_000_000  #: longer lines become rejects; for CSV and TSV: characters a record
