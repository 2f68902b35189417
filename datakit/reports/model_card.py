"""The model card: what travels with a model, for whoever gets it (Mitchell et al. 2019, Model cards)."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from datakit import __version__
from datakit.core.findings import Severity
from datakit.core.story import Story

#: Settings that a reader asks for; the others have their defaults, or say nothing about the model.
_TRAINING = (
    "learning_rate",
    "batch_size",
    "max_length",
    "class_weights",
    "loss",
    "sampling",
    "optimizer",
    "schedule",
)


def render(story: Story, *, title: str, onnx: float | None) -> str:
    """Return the card as Markdown, with the metadata that the model hub reads on top.

    Args:
        story: of a run that got as far as `evaluate`.
        title: what to call the model.
        onnx: how far the logits of `model.onnx` are from PyTorch's; None where there is no such file.
    """
    assert story.metrics is not None  # noqa: S101  (by the contract above)
    assert story.history is not None  # noqa: S101
    model = story.metrics["model"]
    environment = Environment(
        loader=PackageLoader("datakit.reports"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  (Markdown; names from the data go through `code`)
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": _code, "figure": _figure}
    settings = story.history.settings
    return environment.get_template("model_card.md").render(
        story=story,
        title=title,
        version=__version__,
        onnx=onnx,
        labels=story.history.labels,
        several=model["confusion"] is None,
        model=model,
        classifiers=[("this model", model), *story.metrics["baselines"].items()],
        data=list(_data(story)),
        training={
            **{name: settings[name] for name in _TRAINING if name in settings},
            "epochs": f"{len(story.history.epochs)}, of which the {story.history.best_epoch}. was kept",
        },
        limits=list(_limits(story)),
    )


def _data(story: Story) -> Iterator[tuple[str, str]]:
    """Yield what is known of the rows."""
    assert story.history is not None  # noqa: S101
    yield "source", f"`{story.source}`"
    profile = story.reports["validate"].figures.get("profile", {})
    if profile:
        yield "rows", f"{profile['rows']:,} that could be used"
    yield "rows trained on", f"{_counts(story.history.train_counts)}"
    yield "rows that chose the epoch", f"{_counts(story.history.validation_counts)}"
    augment = story.reports["augment"].figures if "augment" in story.reports else {}
    if augment.get("new_rows"):
        yield "of the rows trained on", f"{augment['new_rows']:,} were made by augmentation, not found"


def _limits(story: Story) -> Iterator[str]:
    """Yield what a reader should be warned of."""
    assert story.metrics is not None  # noqa: S101
    model = story.metrics["model"]
    low, high = model["macro_f1_interval"]
    yield f"The figures are those of {model['rows']:,} rows of this source; on other texts they may be lower."
    if high - low > _WIDE:
        yield f"So few rows leave the macro-F1 uncertain: from {low:.2f} to {high:.2f}."
    for report in story.reports.values():
        for finding in report.findings:
            if finding.severity is not Severity.INFO:
                yield f"{finding.code}: {finding.message}"
    if story.accepted:
        yield f"Accepted in spite of their being errors: {', '.join(story.accepted)}"


_WIDE = 0.1


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_code(label)} {n:,}" for label, n in counts.items())


def _figure(metrics: Mapping[str, Any], name: str) -> str:
    """Return a figure and its interval."""
    low, high = metrics[f"{name}_interval"]
    return f"{metrics[name]:.3f} ({low:.3f} to {high:.3f})"


def _code(text: str) -> str:
    """Return text from the data as code: no markup in it means anything, and it stays in its table's cell."""
    plain = text.replace("`", "'").replace("|", "/").replace("\n", " ")
    return f"`{plain}`"
