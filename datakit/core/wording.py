"""Words for what is counted."""


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return `1 row`, `2 rows`, `1,000 rows`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
