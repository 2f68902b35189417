"""The report on one run."""

from datakit.core.story import Story
from datakit.reports import data, evaluated, experiments, trained
from datakit.reports.document import Head, Section, document, moment
from datakit.reports.page import flat
from datakit.reports.repaired import as_shown
from datakit.reports.verdict import verdict

_SECTIONS = (
    Section(name="rows", title="Rows"),
    Section(name="findings", title="Findings"),
    Section(name="suspects", title="Suspect labels"),
    Section(name="drift", title="Drift"),
    Section(name="labels", title="Labels"),
    Section(name="samples", title="New texts"),
    Section(name="training", title="Training"),
    Section(name="repair", title="Repair"),
    Section(name="tuning", title="Tuning"),
    Section(name="comparison", title="Arms compared", short="Arms"),
    Section(name="test", title="Test figures", short="Test"),
    Section(name="classes", title="By label"),
    Section(name="slices", title="Parts of the test split", short="By part"),
    Section(name="confusion", title="Confusion"),
    Section(name="probabilities", title="Probabilities and thresholds", short="Probabilities"),
    Section(name="errors", title="Worst errors", short="Errors"),
    Section(name="stages", title="Stages"),
)


def render(story: Story) -> str:
    """Return the report on a run as one HTML document, the same text for the same story."""
    head = Head(
        brand="datakit report",
        title=story.source,
        facts={"run": story.run, "date": moment(story.created), "model": story.model, "seed": str(story.seed)},
        verdict=verdict(story),
    )
    shown = {
        "story": story,
        "recipe": flat(story.recipe),
        "repair": as_shown(story.repair) if story.repair else None,
        **data.sections(story),
        **trained.sections(story),
        **evaluated.sections(story),
        **experiments.sections(story),
    }
    return document(head, _SECTIONS, shown)
