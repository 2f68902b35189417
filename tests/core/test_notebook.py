from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Report, Severity
from datakit.core.notebook import SHOWN, counts, table


def test_what_comes_from_the_data_is_escaped():
    """A label may be anything, markup too."""
    rows = Corpus.from_columns(["a"], ["<script>alert(1)</script>"])
    for shown in (
        rows._repr_html_(),
        Splits({"train": rows})._repr_html_(),
        table(["<b>"], [["<i>"]], caption="<u>"),
    ):
        assert not {"<script", "<b>", "<i>", "<u>"} & set(shown.replace(">", ">\n").split("\n"))
        assert "&lt;" in shown


def test_labels_stand_by_frequency_and_the_rest_is_summed_up():
    """However many labels there are, the table stays small, and no row is missing from it."""
    n = SHOWN + 3
    shown = counts({"train": {f"label {i}": i + 1 for i in range(n)}, "test": {"label 0": 5}})
    assert shown.index(f"label {n - 1}<") < shown.index(f"label {n - 2}<")
    assert shown.count("<tr>") == 1 + SHOWN + 1
    assert f"{n - SHOWN} further labels" in shown


def test_a_report_shows_its_findings():
    """Each with what to do."""
    finding = Finding(code="empty-text", severity=Severity.WARNING, message="2 rows < 3", fix="drop them")
    shown = Report(stage="validate", findings=(finding,))._repr_html_()
    assert "validate: 1 finding<" in shown
    assert all(part in shown for part in ("warning", "empty-text", "2 rows &lt; 3", "drop them"))
