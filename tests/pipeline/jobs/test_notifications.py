"""What is told to the outside."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from datakit.pipeline.jobs import notifications
from datakit.pipeline.jobs.notifications import notify, redacted


@pytest.fixture
def hook():
    """Give a server on this machine that keeps what is posted; `/gone/…` it does not know."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(404 if self.path.startswith("/gone") else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.got = got
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_and_a_command_get_the_same(hook, tmp_path, monkeypatch):
    """JSON in the body, and on standard input."""
    monkeypatch.setenv("MY_HOOK", f"http://127.0.0.1:{hook.server_port}/services/T0/hush")
    copy = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    command = [sys.executable, "-c", copy, str(tmp_path / "told.json")]
    told = {"text": "promoted", "macro_f1": 0.9}
    assert list(notify(told, webhook_env="MY_HOOK", command=command)) == []
    assert hook.got == [told]
    assert json.loads((tmp_path / "told.json").read_text()) == told


def test_what_does_not_work_is_told_without_the_secret(hook, monkeypatch):
    """A server that refuses, none at all, a variable that is not set, a command that fails or hangs."""
    secret = f"http://127.0.0.1:{hook.server_port}/gone/T0/hush-hush"
    monkeypatch.setenv("MY_HOOK", secret)
    failing = [sys.executable, "-c", f"import sys; sys.exit('cannot reach {secret}')"]
    problems = list(notify({}, webhook_env="MY_HOOK", command=failing))
    assert "404" in problems[0]
    assert "exit code 1 cannot reach ***" in problems[1]
    assert "hush" not in str(problems)
    (problem,) = notify({}, webhook_env="NO_SUCH_HOOK", command=None)
    assert problem == "webhook of NO_SUCH_HOOK: the variable is not set"
    monkeypatch.setenv("MY_HOOK", "file:///etc/passwd")
    assert "no http or https URL" in next(notify({}, webhook_env="MY_HOOK", command=None))
    monkeypatch.setattr(notifications, "SECONDS", 0.2)
    (problem,) = notify({}, webhook_env=None, command=["sleep", "20"])
    assert "timed out" in problem


def test_values_of_secret_variables_and_passwords_in_urls_are_masked(monkeypatch):
    """By name of the variable; its value in a text is masked wherever it stands."""
    monkeypatch.setenv("SERVICE_API_KEY", "k-12345678")
    monkeypatch.setenv("DATABASE_PASSWORD", "k-12345678-and-more")
    monkeypatch.setenv("HARMLESS", "nothing to hide")
    text = "k-12345678 k-12345678-and-more nothing to hide postgresql://me:pw@host/db"
    assert redacted(text) == "*** *** nothing to hide postgresql://***@host/db"
