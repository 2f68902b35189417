"""The part of the report on what was tried beside the run: the rates, the search, the arms compared."""

from collections.abc import Mapping
from typing import Any

from datakit.core.story import Story
from datakit.core.wording import counted
from datakit.reports import charts
from datakit.reports.page import Plot, option, plot, score, signed


def sections(story: Story) -> dict[str, Any]:
    """Return what the template shows of the experiments; a section of which nothing is known is empty."""
    return {
        "rates": _rates(story),
        "tuning": _tuning(story),
        "comparison": compared(story.comparison) if story.comparison else {},
    }


def _rates(story: Story) -> Plot | None:
    """Return the loss of the learning-rate range test, and where the rate of this run stands in it."""
    test = story.range_test
    if not test or not test["points"]:
        return None
    used = story.history.settings.get("learning_rate") if story.history else None
    first, last = (test["points"][end]["rate"] for end in (0, -1))
    marks = {"lowest": test["lowest"]}
    if isinstance(used, float) and first <= used <= last:
        marks = {"this run": used} | marks
    healthy = test["healthy"]
    shaded = (
        f"Shaded are the rates that move the weights healthily, {healthy[0]:.1e} to {healthy[1]:.1e}."
        if healthy
        else "None of the rates moves the weights healthily."
    )
    model = test.get("model", story.model)  # the file of an older run does not tell
    note = f"{model}, before training. {shaded} A peak rate stays well below that of the lowest loss."
    drawn = charts.rates(test["points"], healthy=healthy, marks=marks)
    return plot(title="Learning-rate range test", svg=drawn, note=note)


def _tuning(story: Story) -> dict[str, Any]:
    """Return the plots of the search, its finalists and what it brought."""
    search = story.tuning
    if not search:
        return {}
    trials = search["trials"]
    states = [trial["state"] for trial in trials]
    told = [counted(len(trials), "trial"), f"{states.count('pruned')} pruned", f"{states.count('failed')} refused"]
    plots = []
    if {"complete", "pruned"} & set(states):
        drawn = charts.trials(trials)
        plots.append(plot(title="Macro-F1 by trial", svg=drawn, note=f"{', '.join(told)}."))
    if importance := search["importance"]:
        note = "Share of the differences between trials that an option explains."
        plots.append(plot(title="What mattered", svg=charts.shares(importance, title="share"), note=note))
    return {
        "plots": plots,
        "finalists": [_finalist(one, search["start"]["macro_f1"]) for one in search["finalists"]],
        "said": _search_told(search),
    }


def _finalist(one: Mapping[str, Any], start: list[float]) -> dict[str, Any]:
    settings = ", ".join(f"{name} {option(value)}" for name, value in one["options"].items())
    differences = [mine - theirs for mine, theirs in zip(one["macro_f1"], start, strict=True)]
    return {
        "settings": "the present settings" if one["is_start"] else settings,
        "mean": f"{score(one['mean'])} ± {score(one['deviation'])}",
        "each": ", ".join(map(score, one["macro_f1"])),
        "gain": "" if one["is_start"] else signed(sum(differences) / len(differences)),
    }


def _search_told(search: Mapping[str, Any]) -> str:
    mean, low, high = search["gain"]
    best, seeds = search["finalists"][0], counted(len(search["start"]["macro_f1"]), "seed")
    if best["is_start"]:
        return f"The present settings stand: nothing was better over {seeds}."
    interval = f"95% interval {signed(low)} to {signed(high)}, {seeds}"
    brought = f"The best gains {signed(mean)} macro-F1 over the present settings ({interval})"
    if low <= 0 <= high:
        return f"{brought}: no difference that {seeds} can show."
    rows = counted(search["validation_rows"], "validation row")
    return f"{brought}; the same {rows} have chosen it, so expect less of it on others."


def compared(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return forest plots, tables and sentences of a comparison of arms."""
    remedies = found["against_remedies"]
    tables = [
        *found["tables"],
        *([{**remedies, "figure": f"{remedies['figure']}, new texts or none"}] if remedies else ()),
    ]
    models = counted(found["seeds"], "model")
    return {
        "hint": f"On {found['rows']:,} test rows, {models} an arm, against {found['baseline']}; 95% intervals.",
        "plots": [_forest(table) for table in found["tables"] if any(d["error"] for d in table["differences"])],
        "arms": len(found["arms"]),
        "learnt_from": found["learnt_from"],
        "tables": [
            {
                "figure": table["figure"],
                "baseline": (table["differences"][0]["baseline"], table["differences"][0]["baseline_mean"]),
                "differences": table["differences"],
            }
            for table in tables
        ],
        "verdict": [f"{text}." for text in found["verdict"]],
    }


def _forest(table: Mapping[str, Any]) -> Plot:
    note = (
        f"Against {table['differences'][0]['baseline']}, on {counted(table['rows'], 'row')}; 0 is no difference."
    )
    drawn = charts.differences(table["differences"])
    return plot(title=f"Difference in {table['figure']}", svg=drawn, note=note)
