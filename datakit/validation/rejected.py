"""What a reader had to set aside, told as findings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from datakit.core.findings import Finding, Severity
from datakit.core.quarantine import Reject

# A wrong type says that two kinds of files were joined: what else is wrong with the rows that did pass?
_ERRORS = {
    "mixed-label-types": "write all labels in one type; a join or an export has mixed two sources",
    "wrong-text-type": "write every text as a string; a column may have been mixed up",
}


def rejected(rejects: Sequence[Reject], split: str) -> Iterator[Finding]:
    """Yield one finding per kind of fault among the rejects of one source file."""
    by_code: dict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        by_code[reject.code].append(reject)
    for code, those in sorted(by_code.items()):
        where = "" if those[0].line is None else f"line {those[0].line}: "
        more = f", and {len(those) - 1:,} more" if len(those) > 1 else ""
        yield Finding(
            code=code,
            severity=Severity.ERROR if code in _ERRORS else Severity.WARNING,
            message=f"{where}{those[0].reason}{more}",
            fix=_ERRORS.get(code, "mend the lines and run again; they are in quarantine, the rest is used"),
            evidence={"rows": len(those), "reasons": [r.reason for r in those[:5]]},
            lines=tuple(_lines(those)),
            split=split,
        )


def _lines(rejects: Iterable[Reject]) -> Iterator[int]:
    return (reject.line for reject in rejects if reject.line is not None)
