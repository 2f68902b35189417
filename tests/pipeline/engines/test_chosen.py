"""The engine that a recipe asks for."""

import pytest

from datakit.core.errors import RecipeError
from datakit.pipeline.engines.chosen import engine_of
from datakit.pipeline.engines.local import Local
from datakit.pipeline.engines.ray import Ray
from datakit.pipeline.recipe import parse


def test_processes_of_this_machine_are_the_default():
    """As many as the recipe says."""
    assert engine_of(parse({"source": "a", "workers": 3}, where="test")) == Local(workers=3)


def test_ray_is_asked_for_by_name():
    """With its address."""
    options = {"engine": "ray", "ray_address": "head:6379", "ray_unauthenticated": True, "workers": 3}
    expected = Ray(workers=3, address="head:6379", unauthenticated=True)
    assert engine_of(parse({"source": "a", **options}, where="test")) == expected


def test_there_is_no_other():
    """An unknown one is told, with the known ones."""
    with pytest.raises(RecipeError, match="'local' or 'ray'"):
        parse({"source": "a", "engine": "dask"}, where="test")
