"""`datakit schema`."""

import click


@click.command("schema")
def command() -> int:
    """Print the JSON Schema of recipes, for editors.

    The recipes of datakit init name theirs in the first line. This one also knows the components of other
    packages that are installed here.
    """
    import json

    from datakit.pipeline.schema import recipe_schema

    click.echo(json.dumps(recipe_schema(), indent=2, ensure_ascii=False))
    return 0
