"""Tells the outside what became of a job; secrets never leave."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

SECONDS = 10.0  # that a webhook or a command may take: the job is done and must not hang on its own news

_SECRET_NAME = re.compile(r"key|token|secret|passw|credential|webhook", re.IGNORECASE)
_SHORT = 6  # characters: shorter values stand in too many innocent words
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")


def notify(told: Mapping[str, Any], *, webhook_env: str | None, command: Sequence[str] | None) -> Iterator[str]:
    """Post `told` as JSON to a webhook, and hand it to a command on standard input.

    Args:
        told: figures and sentences by name; chat services show the `text`.
        webhook_env: environment variable that holds the URL.
        command: program and arguments; no shell is asked.

    Yields:
        a sentence for each of the two that did not work; what failed is never a reason to fail the job.
    """
    body = msgspec.json.encode(
        {name: redacted(value, webhook_env) if isinstance(value, str) else value for name, value in told.items()}
    )
    if webhook_env is not None and (problem := _post(os.environ.get(webhook_env, ""), body)):
        yield redacted(f"webhook of {webhook_env}: {problem}", webhook_env)
    if command is not None and (problem := _hand_over(command, body)):
        yield redacted(f"command {command[0]}: {problem}", webhook_env)


def redacted(text: str, webhook_env: str | None = None) -> str:
    """Return text without the values of environment variables that hold secrets, and without passwords in URLs.

    A variable holds a secret if it is the webhook's, or is called something like key, token, secret, password.
    """
    names = [name for name in os.environ if name == webhook_env or _SECRET_NAME.search(name)]
    for value in sorted((os.environ[name] for name in names), key=len, reverse=True):
        if len(value) >= _SHORT:
            text = text.replace(value, "***")
    return _USERINFO.sub("***@", text)


def _post(url: str, body: bytes) -> str | None:
    """Return what went wrong, if anything."""
    if urlsplit(url).scheme not in ("http", "https"):
        return "the variable holds no http or https URL" if url else "the variable is not set"
    request = Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310  (scheme checked)
    try:
        with urlopen(request, timeout=SECONDS):  # noqa: S310
            return None
    except (URLError, OSError, ValueError) as error:
        return str(error)


def _hand_over(command: Sequence[str], body: bytes) -> str | None:
    """Return what went wrong, if anything."""
    try:
        done = subprocess.run(  # noqa: S603  (the recipe's own command, without a shell)
            command, input=body, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    said = done.stderr.decode(errors="replace").strip()
    return f"exit code {done.returncode} {said}".strip() if done.returncode else None
