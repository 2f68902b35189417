"""What Ray promises beside what every engine does: it lets nobody in, and joins nothing that lets everybody in."""

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datakit.core.errors import TransientError, UsageError
from datakit.pipeline.engines.ray import Ray


@pytest.fixture(autouse=True)
def stranger(tmp_path, monkeypatch):
    """Give a user who has no token."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)


def refused(engine):
    """Return the problem for which an engine does nothing."""
    with engine, pytest.raises(UsageError) as error:
        list(engine.map_shards(abs, [1, 2]))
    (problem,) = error.value.problems
    return problem


def test_a_cluster_without_a_token_is_not_joined(monkeypatch):
    """Whoever reaches such a cluster runs any code on it."""
    problem = refused(Ray(address="127.0.0.1:1"))
    assert problem.where == "ray_address"
    assert "any code" in problem.got
    assert "ray_unauthenticated=true" in problem.fix
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    assert refused(Ray()) == problem


def test_authentication_that_is_off_is_refused(monkeypatch):
    """Also for a cluster of this machine's own: others work on it too."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "a")
    assert refused(Ray(address="127.0.0.1:1")).where == "ray_address"
    assert refused(Ray()).where == "RAY_AUTH_MODE"


@pytest.mark.parametrize("how", ["token", "told to"])
def test_nobody_at_the_address_is_told_at_once(how, monkeypatch):
    """Ray itself waits for minutes; it may be up later."""
    if how == "token":
        monkeypatch.setenv("RAY_AUTH_TOKEN", "a")
    engine = Ray(address="127.0.0.1:1", unauthenticated=how == "told to")
    with engine, pytest.raises(TransientError, match=r"127\.0\.0\.1:1 cannot be reached"):
        list(engine.map_shards(abs, [1, 2]))


@pytest.mark.slow
def test_a_cluster_that_was_there_is_joined_with_its_token():
    """One on 127.0.0.1, as `ray start` makes it: by itself Ray would look for it at an outward address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = (
        f"start --head --block --num-cpus 1 --include-dashboard false --node-ip-address 127.0.0.1 --port {port}"
    )
    work = f"from datakit.pipeline.engines.ray import Ray\nwith Ray(address='127.0.0.1:{port}') as engine:\n"
    work += "    print(list(engine.map_shards(len, ['a', 'bc'])))"
    user = {**os.environ, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    own = {**user, "RAY_AUTH_MODE": "token", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    ray = Path(sys.executable).with_name("ray")
    with subprocess.Popen([ray, *start.split()], env=own, stdout=subprocess.DEVNULL) as head:  # noqa: S603
        try:
            while head.poll() is None and not listens(port):
                time.sleep(0.5)
            told = subprocess.check_output([sys.executable, "-c", work], env=user, timeout=120)  # noqa: S603
        finally:
            head.terminate()
    assert told == b"[1, 2]\n"


def listens(port):
    """Tell whether somebody is there."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def test_nothing_is_started_for_nothing():
    """No shards, no cluster."""
    with Ray(address="127.0.0.1:1") as engine:
        assert list(engine.map_shards(abs, [])) == []
