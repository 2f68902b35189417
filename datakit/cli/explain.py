"""`datakit explain`."""

import click

from datakit.cli._completion import codes, offered


@click.command("explain")
@click.argument("code", required=False, shell_complete=offered(codes))
def command(code: str | None) -> int:
    """Print what CODE means: a finding, fix, splitter, operator, filter, loss, rule or idiom.

    Without CODE, list all.
    """
    from datakit.core.codes import CODES
    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest
    from datakit.pipeline.components import families
    from datakit.reports import terminal

    console = terminal.console()
    if code is None:
        for family in families():
            console.print(terminal.names(family.family, family.names()))
        console.print(terminal.names("other findings", sorted(CODES)))
        return 0
    pages = [
        f"{code} ({family.family})\n\n{family.manual(code)}" for family in families() if code in family.names()
    ]
    if code in CODES:
        pages.append(f"{code}\n\n{CODES[code]}")
    if not pages:
        raise UsageError(Problem(where=code, got="nothing of that name", fix=suggest(code, codes())))
    console.print(terminal.manual("\n\n\n".join(pages)))  # a check and the fix of what it finds have the same name
    return 0
