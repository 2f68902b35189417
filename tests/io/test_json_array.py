import json

import pytest

from datakit.core.errors import InputError
from datakit.io import Source, read


def test_an_array_is_read_with_the_line_that_each_object_starts_on(tmp_path):
    """Indented or not, a row can be found in the file again."""
    path = tmp_path / "raw.json"
    path.write_text(json.dumps([{"text": f"t{i}", "label": "a"} for i in range(3)], indent=1))
    reading = read(path)
    assert reading.format == "json"
    assert reading.corpus.texts == ["t0", "t1", "t2"]
    assert reading.corpus.lines == [2, 6, 10]


def test_objects_of_an_array_are_judged_as_lines_are(tmp_path):
    """Wrong types and repeated keys are rejects, not casts."""
    path = tmp_path / "raw.json"
    path.write_text(
        '\ufeff[{"text":"t","label":"a"},\n{"text":1,"label":"a"}, {"text":"t","text":"u","label":"a"},\n'
        '{"text":"t","label":3}, 7]',
        encoding="utf-8",
    )
    reading = read(path)
    assert [(r.line, r.code) for r in reading.rejects] == [
        (2, "wrong-text-type"),
        (2, "duplicate-key"),
        (3, "unreadable-line"),
        (3, "mixed-label-types"),
    ]
    assert reading.corpus.texts == ["t"]
    assert reading.notes[0] == "BOM removed"


def test_json_lines_under_the_name_json_are_read_too(tmp_path):
    """The content decides."""
    path = tmp_path / "raw.json"
    path.write_text('{"text":"t","label":"a"}\n{"text":"u","label":"b"}\n')
    assert read(path).format == "jsonl"


@pytest.mark.parametrize("content", ['[{"text":"t","label":"a"}', "[1,]", "[]", "[ ", "[" * 100_000])
def test_a_broken_or_empty_array_is_an_error(tmp_path, content):
    """An array cannot be read in part."""
    path = tmp_path / "raw.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"raw\.json"):
        read(path)


def test_other_encodings_are_read_when_named(tmp_path):
    """UTF-16 arrays too."""
    path = tmp_path / "raw.json"
    path.write_text('[{"text":"é","label":"a"}]', encoding="utf-16")
    assert read(path, Source(encoding="utf-16")).corpus.texts == ["é"]


def test_an_array_on_one_line_is_read_whole_where_utf8_is_longer(tmp_path):
    """Chinese takes two bytes a character in UTF-16 and three in UTF-8."""
    path = tmp_path / "raw.json"
    path.write_text('[{"text":"%s","label":"a"}]' % ("好" * 500), encoding="utf-16")
    assert read(path, Source(encoding="utf-16")).corpus.texts == ["好" * 500]
