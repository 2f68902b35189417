"""What the verbs share."""

import pytest

from datakit.cli._shared import as_asked, parse_settings, shortened
from datakit.cli.main import run
from datakit.core.errors import UsageError
from datakit.pipeline.recipe import parse

NONE = {"settings": (), "accept": (), "seed": None, "workers": None}


def test_options_that_need_one_another_are_looked_at_together():
    """A rate that is right only beside the optimizer that --set names."""
    recipe = parse({"source": "x", "finetune": {"optimizer": "sgd", "learning_rate": 0.05}}, where="x")
    shared = {**NONE, "settings": ("finetune.optimizer=adamw", "seed=3"), "accept": ("rare-class",), "seed": 5}
    asked = as_asked(recipe, shared, {"finetune": {"learning_rate": "auto"}})
    assert (asked.finetune.optimizer, asked.finetune.learning_rate) == ("adamw", "auto")
    assert (asked.seed, asked.accept) == (5, ("rare-class",))
    assert (
        as_asked(recipe, {**NONE, "settings": ("finetune.epochs=7",)}, {"finetune": {"epochs": 2}}).finetune.epochs
        == 7
    )


def test_a_section_cannot_be_set_and_have_options_set():
    """Both on one call contradict each other."""
    with pytest.raises(UsageError, match=r"source\.encoding"):
        parse_settings(("source=x.csv", "source.encoding=utf-8"))


def test_digests_are_shortened_and_nothing_else():
    """Also behind the kind of a source file."""
    assert shortened("a" * 64) == "a" * 12
    assert shortened(".jsonl:" + "0" * 64) == ".jsonl:" + "0" * 12
    assert shortened("balanced") == "balanced"


@pytest.mark.usefixtures("project")
def test_a_stage_that_takes_too_long_ends_with_124(capsys):
    """And says how to go on."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["split", "--set", "timeouts.split=0.01"]) == 124
    assert "--set timeouts.split=0.02" in capsys.readouterr().err
    assert run(["split", "--set", "timeouts.split=null"]) == 0


def test_the_schema_is_printed(capsys):
    """As JSON."""
    assert run(["schema"]) == 0
    assert capsys.readouterr().out.startswith('{\n  "$schema": ')
