"""A real browser finds nothing to run and nothing to fetch in a report, whatever the data holds."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from stories import Page, comparison, examined, examined_page, validated

from datakit.core.findings import Finding, Severity
from datakit.core.story import Chronicle, Line, Several, Story
from datakit.reports import index, several
from datakit.reports.html import render

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Markup that asks for `{url}` as soon as a browser takes it for markup.
_EAGER = (
    "<script>new Image().src='{url}'</script>",
    "<script src='{url}'></script>",
    "<img src='{url}'>",
    "<img src=x onerror=\"new Image().src='{url}'\">",
    "<svg onload=\"new Image().src='{url}'\">",
    "<svg><image href='{url}'></svg>",
    "<svg><script>new Image().src='{url}'</script></svg>",
    "<math><mtext><img src=x onerror=\"new Image().src='{url}'\"></mtext></math>",
    "<iframe src='{url}'></iframe>",
    "<iframe srcdoc=\"<img src='{url}'>\"></iframe>",
    "<link rel=stylesheet href='{url}'>",
    "<style>@import url('{url}');</style>",
    "<style>html {{ background: url('{url}') }}</style>",
    "<div style=\"background: url('{url}')\">x</div>",
    "<object data='{url}'></object>",
    "<embed src='{url}'>",
    "<video src='{url}' autoplay></video>",
    "<audio src='{url}' autoplay></audio>",
    "<video poster='{url}'></video>",
    "<input type=image src='{url}'>",
    "<details open ontoggle=\"new Image().src='{url}'\">x</details>",
)
#: Markup that waits for the reader, or leads him away.
_PATIENT = (
    "<a href=\"javascript:new Image().src='{url}'\">x</a>",
    "<form action='{url}'><button>x</button></form>",
    "<base href='{url}'>",
    "<meta http-equiv=refresh content='0;url={url}'>",
)
#: Where a careless page might put it: into text, an attribute, a style or a drawing, a comment.
_FRAMES = ("{}", "\"'>{}", "</text></svg></style></title>{}", "-->]]>{}")


class Heard(ThreadingHTTPServer):
    """A server that writes down what it is asked for."""

    def __init__(self):
        self.paths: set[str] = set()
        heard = self.paths

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                heard.add(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object):
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Give a server of this machine, for as long as the test runs."""
    with Heard() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def browse(tmp_path):
    """Give a function that opens pages side by side in a browser and returns the document it made of the first."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser, see CONTRIBUTING.md")

    def call(*pages: str) -> str:
        files = [tmp_path / f"{i}.html" for i in range(len(pages))]
        for file, page in zip(files, pages, strict=True):
            file.write_text(page, encoding="utf-8")
        frames = tmp_path / "all.html"
        frames.write_text("".join(f'<iframe src="{file.name}"></iframe>' for file in files), encoding="utf-8")
        options = [
            "--headless",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=20000",
        ]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []  # it has none for root
        shown = files[0] if len(files) == 1 else frames
        done = subprocess.run(  # noqa: S603  (the browser of this machine)
            [browser, *options, "--dump-dom", shown.as_uri()], capture_output=True, check=True, timeout=300
        )
        return done.stdout.decode()

    return call


def payloads(server: Heard, vectors: tuple[str, ...] = _EAGER + _PATIENT) -> list[str]:
    """Return each vector in each frame, each with an address of its own."""
    host = f"http://127.0.0.1:{server.server_port}"
    return [
        frame.format(vector.format(url=f"{host}/{i}-{j}"))
        for i, vector in enumerate(vectors)
        for j, frame in enumerate(_FRAMES)
    ]


def in_text_and_label(bad: list[str]) -> Story:
    """Return the story of a run whose texts and labels are payloads, in every place in which there are any."""
    story = examined(labels=tuple(bad))
    found = tuple(
        Finding(
            code=one,
            severity=Severity.WARNING,
            message=one,
            fix=one,
            split=one,
            evidence={one: one, "examples": [one]},
        )
        for one in bad
    )
    return replace(
        story,
        reports={**story.reports, "validate": replace(story.reports["validate"], findings=found)},
        samples=tuple(replace(story.samples[0], label=one, op=one, parent=one, text=one, edits=()) for one in bad),
        rejected=tuple(replace(story.rejected[0], label=one, text=one, reason=one) for one in bad),
        worst_errors=tuple(replace(one, id=one.label, text=one.label) for one in story.worst_errors),
        quarantine=dict.fromkeys(bad, 1),
        recipe={"augment": dict.fromkeys(bad, bad[0])},
    )


def in_file_name(name: str) -> str:
    """Return the page of a run of a file with this name, of which nothing else is known."""
    return render(replace(validated(), source=name, outcome="done", stages=(), reports={}))


def line(text: str) -> Line:
    """Return the line of a run whose every word is this text."""
    return Line(
        run=text,
        created=text,
        command=text,
        outcome=text,
        seconds=1,
        source=text,
        model=text,
        findings={},
        reported=True,
    )


def without_policy(page: str) -> str:
    """Return a page that leaves it to its text to be inert."""
    assert page.count("Content-Security-Policy") == 1
    return page.replace("Content-Security-Policy", "nothing")


def test_a_hundred_payloads_are_inert_without_any_policy(heard, browse):
    """In text, label and file name; the browser makes no element of them and asks for nothing."""
    bad = payloads(heard)
    assert len(bad) == 100
    story = in_text_and_label(bad)
    runs = {one: replace(story, source=one, run=one, model=one) for one in bad[:3]}
    beside = Several(runs=runs, options=({bad[0]: 1}, {bad[1]: 2}, {}), comparison=comparison(tuple(bad[:3])))
    pages = [
        render(story),
        several.render(beside),
        index.render(Chronicle(project=bad[0], lines=tuple(map(line, bad))), folder="runs"),
        *map(in_file_name, bad),
    ]
    browse(*map(without_policy, pages))
    assert heard.paths == set()
    harmless = Page(browse(without_policy(examined_page())))
    for page in pages[:4]:
        made = Page(browse(without_policy(page)))
        assert made.tags <= harmless.tags
        assert not [name for name, _ in made.attributes if name.startswith("on")]
        links = [value for name, value in made.attributes if name in {"href", "src", "action", "data"}]
        assert all(link.startswith(("#", "data:,", "runs/")) for link in links)
    assert heard.paths == set()


def test_the_policy_holds_where_text_would_not(heard, browse):
    """Markup that got into the page all the same runs nothing and fetches nothing; without the policy it would."""
    page = in_file_name("x")
    broken = [page.replace("</h1>", f"</h1>{one}") for one in payloads(heard, _EAGER)]
    browse(*broken)
    assert heard.paths == set()
    browse(*map(without_policy, broken))
    assert len(heard.paths) > 0.9 * len(broken)
