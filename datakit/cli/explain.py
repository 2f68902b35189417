"""`datakit explain`."""

import click


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Print the manual page of CODE: a check, splitter, operator, filter or rule. Without CODE, list them all."""
    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest
    from datakit.pipeline.components import families

    pages = {name: family for family in families() for name in family.names()}
    if code is None:
        for family in families():
            click.echo(f"{family.family}: {', '.join(family.names())}")
        return 0
    if code not in pages:
        raise UsageError(Problem(where=code, got="nothing of that name", fix=suggest(code, pages)))
    click.echo(f"{code} ({pages[code].family})\n")
    click.echo(pages[code].manual(code))
    return 0
