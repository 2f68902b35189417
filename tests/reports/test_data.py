import re
from dataclasses import replace

import pytest
from stories import examined, examined_page, finished, finished_page, validated

from datakit.core.story import Tokens
from datakit.reports import data
from datakit.reports.data import diff


def test_suspect_labels_stand_beside_what_is_suggested():
    """With row, line and split; the first few are in sight, the others can be unfolded."""
    tried = examined_page()
    (table,) = re.findall(r'<section id="suspects">(.*?)</section>', tried, re.DOTALL)
    assert re.findall(r'data-name="(\w+)"[^>]*>(\w+)<', table) == [
        *(("label", "ham"), ("suggested", "ham")),
        *(("label", "spam"), ("suggested", "ham")),
    ]
    assert "train, line 2" in table
    assert "<details>" not in table


def test_it_is_told_what_the_new_rows_were_made_with():
    """Operators, language, data and models, and why candidates were rejected."""
    story = examined()
    report = story.reports["augment"]
    figures = {
        **report.figures,
        "made_by": {"synonym": 90, "shuffle-sentences": 10},
        "language": "English",
        "uses": {"synonym.wordnet": "ab74"},
    }
    told = data._augmentation(
        replace(story, reports={**story.reports, "augment": replace(report, figures=figures)})
    )
    assert {"synonym 90, shuffle-sentences 10", "English", "ab74", "identical 31, duplicate 12"} <= set(
        dict(told).values()
    )


def test_samples_come_from_many_labels():
    """With more samples than the table holds, no label takes the place of another."""
    one = finished().samples[0]
    many = tuple(replace(one, label=f"label {i // 5:02}") for i in range(200))
    shown = [sample.label for sample in data._spread(many)]
    assert len(shown) == 50
    assert {f"label {i:02}" for i in range(40)} == set(shown)


def test_notes_may_be_given_by_split():
    """What the reader noted is shown with the split it is about."""
    story = validated()
    report = replace(
        story.reports["validate"], figures={**story.reports["validate"].figures, "notes": {"test": ["UTF-16"]}}
    )
    assert data._notes(replace(story, reports={"validate": report})) == ["test: UTF-16"]


def test_diff_keeps_the_rest_of_the_text():
    """What was kept and put in gives the new text; what was kept and taken out the old one."""
    sample = finished().samples[0]
    pieces = diff(sample)
    assert "".join(text for kind, text in pieces if kind != "del") == sample.text
    assert "".join(text for kind, text in pieces if kind != "ins") == sample.parent


def test_diff_without_edits_compares_words():
    """What was edited is not known of a rejected text, nor of one that was translated."""
    sample = finished().samples[1]
    assert diff(sample) == [("", "see you "), ("del", "soon"), ("ins", "later")]
    gratis = finished().rejected[0]
    assert diff(gratis)[:2] == [("del", "Free"), ("ins", "Gratis")]


def test_a_text_that_was_written_anew_is_all_new():
    """Few common words are chance: it is not passed off as changed in places."""
    sample = replace(finished().samples[1], text="until we meet again, you two")
    assert diff(sample) == [("del", "see you soon"), ("ins", "until we meet again, you two")]


def test_the_funnel_tells_why_rows_were_lost():
    """By the codes of the quarantine; rows of the file, different texts and the splits stand there too."""
    drawn = data._funnel(finished()).svg
    minus = "\N{MINUS SIGN}"
    stations = ["read", f"{minus} empty-text", f"{minus} unreadable-line", "usable", "of these, different texts"]
    for station in [*stations, "train", "validation", "test", "train, augmented"]:
        assert f">{station}<" in drawn
    assert ">7,212<" in drawn  # 7,200 usable rows and 12 that were set aside


def test_an_older_run_does_not_tell_why_rows_were_lost():
    """How many they are is known all the same."""
    drawn = data._funnel(replace(finished(), quarantine={})).svg
    assert ">\N{MINUS SIGN} quarantined<" in drawn


@pytest.mark.parametrize(
    ("long_texts", "said"),
    [("head", "is not read"), ("head-tail", "the middle is not read"), ("chunks", "read in pieces")],
)
def test_tokens_are_told_beside_the_limit(long_texts, said):
    """How many texts are longer, and what becomes of them."""
    tokens = Tokens(lengths={10: 30, 40: 10}, limit=32, long_texts=long_texts)
    note = data._tokens(replace(validated(), tokens=tokens)).note
    assert "The model reads 32 tokens. 25.0% are longer" in note
    assert said in note


def test_texts_that_all_fit_are_told_so():
    """With the longest."""
    tokens = Tokens(lengths={10: 30, 20: 1}, limit=32, long_texts="head")
    assert "None is longer; the longest has 20." in data._tokens(replace(validated(), tokens=tokens)).note


def test_what_has_drifted_is_shown_before_and_now():
    """Labels as a plot, texts in figures, words; and what the champion says of new labels."""
    asked = {"contradicted": 12, "asked": 80, "wrong": 5, "tested": 100}
    story = replace(examined(), job={"outcome": "not promoted", "reason": "worse", "contradiction": asked})
    of_labels, of_texts, doubt = data._drifts(story)
    assert of_labels["plot"] is not None
    assert of_texts["figures"] == [("word count", 12.3, 31.0, 0.31)]
    assert of_texts["words"] == [("spam", 0.02, 0.41)]
    assert doubt["said"].startswith("The champion contradicts 12 of 80 new labels")
    (section,) = re.findall(r'<section id="drift">(.*?)</section>', examined_page(), re.DOTALL)
    assert "41.0%" in section


def test_findings_stand_with_their_examples_and_remarks_apart():
    """What is grave is in sight; remarks can be unfolded."""
    text = examined_page()
    (section,) = re.findall(r'<section id="findings">(.*?)</section>', text, re.DOTALL)
    grave, remarks = section.split("<details")
    assert "text: call now! spam; labels: ham, spam" in grave
    assert "conflicting-labels" in grave
    assert "suspect-label" in remarks
    assert "suspect-label" not in grave


def test_rejected_texts_are_shown_with_their_reason():
    """As a change of the row they were made from."""
    (section,) = re.findall(r'<section id="samples">(.*?)</section>', finished_page(), re.DOTALL)
    accepted, rejected = section.split("<h3>Not taken</h3>")
    assert "<del>Free</del><ins>Gratis</ins>" in rejected
    assert "identical: spam" in rejected
    assert "hebdomadal" in accepted


def test_where_nothing_was_augmented_nothing_is_said_of_it():
    """The recipe said `none`."""
    story = finished()
    none = replace(
        story.reports["augment"], figures={"new_rows": 0, "made_by": {"synonym": 0}, "uses": {"a": "b"}}
    )
    assert data._augmentation(replace(story, reports={**story.reports, "augment": none})) == []
