"""What the codes mean that no component has: of unreadable rows, of gates, and of the stages themselves."""

from collections.abc import Mapping

#: A sentence or two by code: what it says, and what to do.
CODES: Mapping[str, str] = {
    # rows that cannot be read
    "unreadable-line": (
        "The line is not what the format asks for, or not in the file's encoding. Mend it at its source; it "
        "is in quarantine, the other rows are used."
    ),
    "line-too-long": (
        "The line is longer than source.max_line_bytes. A quote or bracket may have been left open; else "
        "raise the limit."
    ),
    "duplicate-key": (
        "An object names a key twice, and readers differ in which they believe. Write each key once."
    ),
    "wrong-text-type": "The text is a number, a list or an object. A column may have been mixed up.",
    "wrong-label-type": "The label is a number with a point, an object, or a list of other things than names.",
    "mixed-label-types": (
        "Most labels are of another type than this one: two sources were joined. Write all labels in one type."
    ),
    "wrong-field-count": (
        "The record has more or fewer fields than the header. A field with a delimiter needs quotes."
    ),
    "nameless-column": (
        "The record goes on in columns without a name: its text was spilled over them. Join the fields, or "
        "name the columns."
    ),
    # what was not looked at, and what could not be judged
    "checks-not-run": "The deep checks are left out where there is much text. Run again with --deep.",
    "texts-read-in-part": (
        "Of long texts the beginning and the end are looked at by the checks that compare texts or learn from "
        "them. Where the ends do not show what a text is about, cut it into passages."
    ),
    "unusable-expectation": (
        "An expectation of the suite is unknown, wrong or cannot be evaluated. A gate with such a one is "
        "never passed: mend the suite."
    ),
    "unmet-expectation": "An expectation of the suite that has no code of its own is not met.",
    # the gates that are shipped, see docs/gate.md
    "too-few-rows": "Nothing reliable is learnt or measured on so few rows. Label more.",
    "too-many-unusable-rows": ("More than half of the rows are in quarantine: the columns may be the wrong ones."),
    "single-class": "A classifier needs at least two labels. The label column may be the wrong one.",
    "labels-not-categorical": "Most rows have a label of their own. The label column may be the wrong one.",
    "few-rows-of-a-class": ("A class has so few rows that its figures are chance. Label more of it, or merge it."),
    "few-test-rows": "The test split is so small that its figures are chance. Give it a larger share.",
    "empty-split": "A split has no rows. Give it a larger share, or a file of its own.",
    "mostly-augmented": "Most of the training rows were made, not found. Ask for less, or label more.",
    "augmented-conflicts": (
        "A new row has the text of a row with another label. Leave the operator out that made it."
    ),
    "augmented-duplicates": "A new row repeats another row. Leave the operator out that made it.",
    "orphaned-rows": "A new row's parent is not in train. The rows were mixed with those of another run.",
    "target-not-reached": "A class fell short of the target. See augmentation-shortfall.",
    # of `datakit lint`
    "syntax-error": (
        "The script, or a cell of the notebook, is no Python 3, so nothing else in it could be looked at. Mend "
        "the line that is named."
    ),
    # the stages
    "withheld-rows": (
        "Training rows that are the same, or nearly, as a given validation or test row are left out, so that "
        "the figures stay honest. Nothing to do."
    ),
    "bridging-rows": "New rows link texts that stand in different splits already. They are left out.",
    "augmented-held-out": "Augmented rows whose parent stands in validation or test are left out of it.",
    "uneven-splits": (
        "So many rows belong together that the splits are far from the shares that were asked for. Take out "
        "duplicates, or split with --no-near."
    ),
    "absent-label": (
        "A label has too few different texts to stand in every split. Label more of it, or merge it."
    ),
    "batch-halved": (
        "The batch did not fit into the accelerator's memory. Training began again with half of it and twice as "
        "many batches to a step, as often as needed. Nothing to do."
    ),
    "augmentation-shortfall": (
        "A class could not be filled honestly: no operator had more to say, the rows reached max_per_row, or "
        "they also carry labels that may not grow further. Add an operator, label more, or weigh the classes."
    ),
    "few-test-rows-of-class": (
        "A class has so few test rows that its F1 is known no better than to 0.1 either way. The message says how "
        "many it needs, about: give the test split a larger share, or label more."
    ),
    "weak-slice": (
        "On a part of the test split (short or long texts, rows unlike any training row, rows of a label) fewer "
        "answers are right than on the rest, by five points or more and not by chance (p < 0.01 after Holm). Read "
        "the wrong answers there."
    ),
    "miscalibrated": (
        "Probabilities are further from the share of right answers than chance explains. Where a temperature "
        "helps, evaluate.calibration=temperature applies it."
    ),
    "thresholds-would-help": (
        "Moving the line between labels is worth macro-F1 on validation rows that it was not tuned on: "
        "evaluate.thresholds=tuned."
    ),
    "thresholds-not-shown-to-help": (
        "The line between labels was moved, but on validation rows that it was not tuned on no gain is shown: "
        "evaluate.thresholds=none."
    ),
    "probe-sampled": (
        "The frozen-encoder probe learnt from 20,000 of the training rows, drawn by their ids, to save time."
    ),
    "operator-language": (
        "Rows in another language than an operator is made for were not given to it: English synonyms have no "
        "place in German texts. Name an operator for the language, or give augment.language."
    ),
}
