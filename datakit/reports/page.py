"""What the sections of a page share: a drawing with its title, and figures in words."""

from dataclasses import dataclass

from markupsafe import Markup

from datakit.reports import charts


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A drawing with its title and what a reader has to know to read it."""

    title: str
    svg: Markup
    note: str = ""
    wide: bool = False  #: whether it is illegible on a phone, and has to be scrolled there


def plot(*, title: str, svg: str, note: str = "", wide: bool = False) -> Plot:
    """Return a drawing of `charts`, to stand on the page as it is."""
    return Plot(title=title, svg=Markup(svg), note=note, wide=wide)  # noqa: S704  (vl-convert escapes all text)


def capped(n: int) -> str:
    """Say that not all of n labels are drawn, where that is so."""
    return f" Shown are the {charts.MOST_BARS} largest of {n} labels." if n > charts.MOST_BARS else ""


def counted(n: int, one: str, many: str = "") -> str:
    """Return a number of things."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def number(value: float | None) -> str:
    """Return a number, nothing for none."""
    return "" if value is None else f"{value:,.10g}"


def share(value: float | None) -> str:
    """Return a fraction 0..1 in percent, nothing for none."""
    return "" if value is None else f"{value:.1%}"


def ratio(value: float | None) -> str:
    """Return how many times as much it is, nothing for none."""
    return "" if value is None else f"{value:,.1f} to 1"


def score(value: float | None) -> str:
    """Return a figure."""
    return "n/a" if value is None else f"{value:z.3f}"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return f"{value:+z.3f}".replace("-", "\N{MINUS SIGN}")


def points(value: float) -> str:
    """Return a difference of fractions in percentage points, with its sign."""
    return f"{100 * value:+z.1f}".replace("-", "\N{MINUS SIGN}")


def option(value: object) -> str:
    """Return the value of an option; a number to the digits that matter."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def shortened(text: str, size: int) -> str:
    """Return a text, its middle left out where it is longer than `size` characters."""
    return text if len(text) <= size else f"{text[: size // 2].rstrip()} … {text[-size // 2 :].lstrip()}"
