"""What the site has beside the pages in this folder: the reference, the benchmarks' results, the project's files.

The reference is written from the registries, the commands and the public names, so a new one appears by itself.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from datakit.core.registry import Registry

ROOT = Path(__file__).resolve().parents[1]

#: Files elsewhere in the repository that are pages too, and where they stand in the site.
ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security-policy.md",
    **{
        path.relative_to(ROOT).as_posix(): f"benchmarks/{name}.md"
        for pattern in ("results/*.md", "*/README.md")
        for path in sorted((ROOT / "benchmarks").glob(pattern))
        for name in [path.stem if path.parent.name == "results" else path.parent.name + "-method"]
    },
}

_LINK = re.compile(r"(\]\()([^)#:\s]+)(#[^)\s]*)?(\))")


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add the pages that stand nowhere, and those that stand elsewhere."""
    from mkdocs.structure.files import File

    copied = {uri: (ROOT / path).read_text(encoding="utf-8") for path, uri in ELSEWHERE.items()}
    for uri, content in {**reference(), **copied}.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: "Page", **_: Any) -> str:  # noqa: ANN401
    """Turn links to files of the repository into links to their pages."""
    return relinked(markdown, page.file.src_uri)


def relinked(markdown: str, uri: str) -> str:
    """Return a page of the site; in the repository its links are those of files to files.

    Args:
        markdown: as it stands in the repository.
        uri: the page's place in the site.
    """
    homes = {page: path for path, page in ELSEWHERE.items()}
    home = PurePosixPath(homes.get(uri, f"docs/{uri}")).parent

    def of_site(match: re.Match[str]) -> str:
        before, target, anchor, after = match.groups()
        path = os.path.normpath(home / target)
        place = ELSEWHERE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if place is None:
            return match[0]
        return f"{before}{os.path.relpath(place, PurePosixPath(uri).parent)}{anchor or ''}{after}"

    return _LINK.sub(of_site, markdown)


def reference() -> dict[str, str]:
    """Return the pages of the reference by their place in the site."""
    from datakit.pipeline.components import families

    return {
        "reference/api.md": "\n".join(_api()),
        "reference/commands.md": "\n".join(_commands()),
        **{f"reference/{family.family}.md": "\n".join(_family(family)) for family in families()},
        "reference/codes.md": "\n".join(_codes()),
    }


def _api() -> Iterator[str]:
    import datakit

    yield "# Python\n"
    yield "What `import datakit` gives, and [`datakit.testing`](#datakit.testing), which tries a component.\n"
    for name in sorted(datakit.__all__, key=lambda name: (not name.islower(), name)):
        yield f"::: {datakit._HOMES[name]}.{name}\n"  # noqa: SLF001  (where it is documented)
    yield "::: datakit.testing\n"


def _commands() -> Iterator[str]:
    import click

    from datakit.cli.main import COMMANDS, cli

    yield "# Commands\n"
    for name, about in COMMANDS.items():
        with click.Context(cli) as outer:
            command = cli.get_command(outer, name)
            told = command.get_help(
                click.Context(command, outer, info_name=f"datakit {name}", max_content_width=100)
            )
        yield f"## {name}\n\n{about}\n\n```text\n{told}\n```\n"


def _family(family: "Registry[Any]") -> Iterator[str]:
    yield f"# {family.family.capitalize()}\n"
    yield f"`datakit explain NAME` prints these pages too; others add {family.family} by the entry-point group "
    yield f"`datakit.{family.family}`.\n"
    for name in family.names():
        yield f"## {name}\n\n{_manual(family.manual(name))}\n"
        component = family.get(name)
        options = [field for field in fields(component) if field.init] if is_dataclass(component) else []
        if options:
            yield "| option | default |\n|---|---|"
            yield from (f"| `{option.name}` | {_default(option)} |" for option in options)
            yield ""


def _manual(docstring: str) -> str:
    """Return a manual page as Markdown: its headings lead their paragraphs."""
    return re.sub(r"^(\w+):\n+((?:(?: +.*)?\n)*(?: +.*)?)", _paragraph, docstring, flags=re.MULTILINE)


def _paragraph(match: re.Match[str]) -> str:
    body = re.sub(r"^ {4}", "", match[2], flags=re.MULTILINE).strip()
    return f"\n**{match[1]}.** {body}\n"


def _default(option: Any) -> str:  # noqa: ANN401  (dataclasses.Field)
    value = option.default_factory() if option.default_factory is not MISSING else option.default
    return "required" if value is MISSING else f"`{value!r}`".replace("|", "\\|")


def _codes() -> Iterator[str]:
    from datakit.core.codes import CODES

    yield "# Other findings\n"
    yield "Codes of findings that no check, rule or idiom has: of unreadable rows, of gates, of stages.\n"
    yield from (f"## {code}\n\n{about}\n" for code, about in sorted(CODES.items()))
