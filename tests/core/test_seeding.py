import os
import random
import subprocess
import sys

from datakit.core.seeding import rng_for, seed_for


def test_the_same_names_give_the_same_stream():
    """And another seed or another name gives another."""
    assert rng_for(13, "row", 1).random() == rng_for(13, "row", 1).random()
    streams = {rng_for(*path).random() for path in [(13, "row", 1), (14, "row", 1), (13, "row", 2), (13, "row")]}
    assert len(streams) == 4


def test_names_are_kept_apart():
    """Names that read the same when joined are different uses."""
    assert len({seed_for(1, "a", "bc"), seed_for(1, "ab", "c"), seed_for(1, "abc"), seed_for(1, "", "abc")}) == 4


def test_a_seed_has_64_bits_and_never_changes():
    """Runs of old can be replayed: the derivation is part of the format."""
    assert seed_for(13, "order", "row-1") == 16_373_110_427_157_990_515
    assert all(0 <= seed_for(n) < 2**64 for n in range(100))


def test_the_global_state_is_never_touched():
    """Whoever seeded `random` keeps the stream."""
    before = random.getstate()
    rng_for(13, "x").random()
    assert random.getstate() == before


def test_the_hash_seed_of_the_interpreter_does_not_matter():
    """Two interpreters with different PYTHONHASHSEED agree, on lone surrogates too."""
    code = r"from datakit.core.seeding import rng_for; print(rng_for(13, 'é', '\ud800').random())"
    printed = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert printed == {f"{rng_for(13, 'é', chr(0xD800)).random()}\n"}
