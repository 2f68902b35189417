"""The engine that a recipe asks for."""

from datakit.pipeline.engines._base import Engine
from datakit.pipeline.engines.local import Local
from datakit.pipeline.engines.ray import Ray
from datakit.pipeline.recipe import Recipe


def engine_of(recipe: Recipe) -> Engine:
    """Return the engine that a recipe asks for; nothing is started before there is work."""
    if recipe.engine == "ray":
        return Ray(workers=recipe.workers, address=recipe.ray_address, unauthenticated=recipe.ray_unauthenticated)
    return Local(workers=recipe.workers)
