"""The JSON Schema of recipes, by which editors complete names, show what options mean, and mark what is wrong."""

from collections.abc import Mapping
from typing import Any

import msgspec

from datakit.augmentation.registries import filters, operators
from datakit.core.registry import Registry
from datakit.pipeline.recipe import Recipe
from datakit.splitting import splitters
from datakit.training.registries import losses
from datakit.validation import checks

#: What editors know; nothing of later drafts is used.
_DRAFT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, Any]


def recipe_schema() -> Schema:
    """Return the schema: all options with what they mean, those of the installed components among them."""
    schema = _without_titles(Recipe.model_json_schema(by_alias=True))
    sections = schema["$defs"]
    schema["properties"]["source"] = {
        "description": "the file to read: its path, or a mapping with how to read it",
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/SourceOptions"}],
    }
    weight = sections["OperatorOptions"]["properties"]["weight"]
    sections["OperatorOptions"] = _one_of(operators, {"weight": weight})
    sections["FilterOptions"] = _one_of(filters, {})
    sections["ValidateOptions"]["properties"]["checks"] |= {
        "properties": {name: _options(checks, name) for name in checks.names()},
        "additionalProperties": False,
    }
    _chosen(sections["SplitOptions"], splitters, "splitter", "options")
    _chosen(sections["FinetuneOptions"], losses, "loss", "loss_options")
    return {"$schema": _DRAFT, "title": "datakit recipe", **schema}


def _options(family: Registry[Any], name: str) -> Schema:
    """Return the schema of a component's own options."""
    component = family.get(name)
    whole = msgspec.json.schema(component)
    described = whole["$defs"][component.__name__]
    return {
        "description": family.manual(name).partition("\n")[0],
        "type": "object",
        "properties": described["properties"],
        "additionalProperties": False,
    }


def _one_of(family: Registry[Any], more: Mapping[str, Schema]) -> Schema:
    """Return the schema of a component with its name beside its options, and perhaps others."""
    members = []
    for name in family.names():
        options = _options(family, name)
        named = {"name": {"const": name, "description": options["description"]}}
        members.append({**options, "properties": {**named, **more, **options["properties"]}, "required": ["name"]})
    return {"oneOf": members}


def _chosen(section: Schema, family: Registry[Any], by: str, options: str) -> None:
    """Let the option `by` of a section name a component, and `options` hold the options of that one."""
    default = section["properties"][by]["default"]
    section["properties"][by]["enum"] = family.names()
    section["allOf"] = [
        {
            # Where it is left out, the default is meant.
            "if": {"properties": {by: {"const": name}}, **({} if name == default else {"required": [by]})},
            "then": {"properties": {options: _options(family, name)}},
        }
        for name in family.names()
    ]


def _without_titles(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Leave out the titles, which only repeat the names; not an option that is called so."""
    if isinstance(value, dict):
        return {
            key: _without_titles(inner)
            for key, inner in value.items()
            if not (key == "title" and isinstance(inner, str))
        }
    return [_without_titles(inner) for inner in value] if isinstance(value, list) else value
