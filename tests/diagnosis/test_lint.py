import re
from pathlib import Path

import pytest

from datakit.core.findings import Severity
from datakit.diagnosis.lint import idioms, lint

SCRIPTS = Path(__file__).with_name("scripts")
COMPLAINTS = Path(__file__).resolve().parents[3] / "shared" / "complaints"

BROKEN = "from transformers import AdamW"

# What is wrong in each script of the complaints: (complaint, script), then codes and the text of the line.
WRONG = {
    (1, 1): {
        "padding-to-maximum": 'return tokenizer(examples["text"], padding="max_length", truncation=True)',
        "hidden-nan": "training_args = TrainingArguments(",
        "learning-rate-too-low": "learning_rate=1e-5,",
        "removed-training-argument": 'evaluation_strategy="epoch",',
        "evaluation-without-dataset": "trainer = Trainer(",
    },
    (1, 2): {
        "padding-to-maximum": 'return tokenizer(examples["text"], padding="max_length", truncation=True)',
        "hidden-nan": "training_args = TrainingArguments(",
        "removed-training-argument": 'evaluation_strategy="epoch",',
        "compute-loss-signature": "def compute_loss(self, model, inputs, return_outputs=False):",
        "evaluation-without-dataset": "trainer = WeightedTrainer(",
    },
    (1, 3): {},
    **{
        (2, number): {
            "removed-import": "from transformers import BertForSequenceClassification, BertTokenizer, AdamW",
            "tiny-training-set": "texts = [",
            "padding-before-batching": "encodings = tokenizer(texts, truncation=True, padding=True)",
            "missing-train-mode": "for batch in dataloader:",
            **own,
        }
        for number, own in (
            (1, {"learning-rate-too-high": "optimizer = AdamW(model.parameters(), lr=5e-3) #Too high"}),
            (2, {"single-row-batches": "dataloader = DataLoader(dataset, batch_size=1, shuffle=True)"}),
            (3, {"plain-sgd": "optimizer = SGD(model.parameters(), lr=2e-5) #Not as effective for BERT"}),
        )
    },
    (3, 1): {
        "removed-import": "from transformers import DistilBertTokenizerFast, TFDistilBert",
        "unimported-name": "if random.random() < prob:",
        "first-wordnet-lemma": "synonym = random.choice(synonyms).lemmas()[0].name()",
    },
    (3, 2): {
        "removed-import": "from transformers import DistilBertTokenizerFast, TFDistilBert",
        "unimported-name": "optimizer = tf.keras.optimizers.Adam(",
        "string-loss-on-logits": 'model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy"',
        "accuracy-only": "model.compile(optimizer=optimizer, loss=",
    },
    (3, 3): {
        "removed-import": "from transformers import DistilBertTokenizerFast, TFDistilBert",
        "frozen-encoder": "for layer in model.layers[:-3]:  # Freeze all but the last 3 layers",
        "string-loss-on-logits": 'model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy"',
        "accuracy-only": "model.compile(optimizer=optimizer, loss=",
    },
    (4, 1): {
        "removed-import": "from transformers import BertForSequenceClassification, AdamW, get_linear_schedule",
        "unimported-name": "scheduler = get_cosine_schedule_with_warmup(",
        "no-warm-up": "optimizer, num_warmup_steps=0, num_training_steps=num_training_steps",
    },
    (4, 2): {"first-wordnet-lemma": "random_synonym = synonyms[0].lemmas()[0].name()"},
    (4, 3): {},
    (5, 1): {
        "padding-before-batching": "self.encodings = tokenizer(labels, padding=True, truncation=True",
        "tiny-training-set": "labels = ['sports news today', 'sports match results'",
        "hidden-nan": "training_args = TrainingArguments(",
        "never-evaluated": "trainer = Trainer(",
    },
    (5, 2): {
        "compute-loss-signature": "def compute_loss(self, model, inputs, return_outputs=False):",
        "tiny-training-set": "labels = ['sports news today', 'sports match results'",
        "hidden-nan": "training_args = TrainingArguments(",
        "never-evaluated": "trainer = WeightedLossTrainer(",
    },
    (5, 3): {
        "compute-loss-signature": "def compute_loss(self, model, inputs, return_outputs=False):",
        "tiny-training-set": "labels = ['sports news today', 'sports match results'",
        "hidden-nan": "training_args = TrainingArguments(",
        "removed-training-argument": "evaluation_strategy='steps',",
        "evaluation-without-dataset": "trainer = WeightedLossTrainer(",
    },
}


@pytest.mark.parametrize(("complaint", "number"), WRONG)
def test_the_scripts_of_the_complaints_are_told_what_is_wrong_with_them(complaint, number):
    """Everything that is known to be wrong, once, on its line, and nothing else."""
    if not COMPLAINTS.is_dir():
        pytest.skip("no ../shared/complaints beside the checkout")
    (page,) = COMPLAINTS.glob(f"{complaint}_*.txt")
    scripts = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    script = scripts[number - 1]
    lines = script.splitlines()
    found = {flaw.code: lines[flaw.line - 1].strip() for flaw in lint([script])}
    wrong = WRONG[complaint, number]
    assert sorted(flaw.code for flaw in lint([script])) == sorted(wrong)
    assert [code for code, line in wrong.items() if not found[code].startswith(line)] == []


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_a_script_as_it_should_be_is_left_alone(path):
    """With a Trainer, and by hand."""
    assert lint([path.read_text(encoding="utf-8")]) == ()


def test_the_two_scripts_take_what_the_rules_look_at():
    """One word changed in a right script, and it is told: the silence above means something."""
    script = (SCRIPTS / "with_trainer.py").read_text(encoding="utf-8")
    loop = (SCRIPTS / "by_hand.py").read_text(encoding="utf-8")
    for text, old, new, code in (
        (script, "eval_strategy", "evaluation_strategy", "removed-training-argument"),
        (script, 'save_strategy="epoch"', 'save_strategy="steps"', "mismatched-strategies"),
        (script, 'eval_dataset=encoded["validation"]', 'eval_dataset=encoded["test"]', "selected-on-test"),
        (script, 'eval_dataset=encoded["validation"],', "", "evaluation-without-dataset"),
        (script, ", num_items_in_batch=None", "", "compute-loss-signature"),
        (script, "3e-5", "3e-3", "learning-rate-too-high"),
        (script, 'dtype="float32"', 'dtype="bfloat16"', "low-precision-weights"),
        (loop, "shuffle=True", "shuffle=False", "unshuffled-training"),
        (loop, "model.train()", "", "missing-train-mode"),
        (loop, "optimizer.zero_grad()", "", "missing-zero-grad"),
        (loop, 'stratify=frame["label"], ', "", "unstratified-split"),
        (loop, ', attention_mask=batch["attention_mask"]', "", "missing-attention-mask"),
        (loop, "criterion(logits,", "criterion(torch.softmax(logits, -1),", "softmax-before-cross-entropy"),
        (loop, "counts.sum() / (len(counts) * counts)", "counts / counts.sum()", "counts-as-class-weights"),
        (loop, "import random\n", "", "unimported-name"),
    ):
        assert old in text
        assert code in {flaw.code for flaw in lint([text.replace(old, new)])}, code


def test_a_place_is_told_by_line_and_column_in_characters():
    """Both from 1; letters of several bytes count once."""
    (flaw,) = lint(['x = 1\nä = "öö"; from transformers import AdamW'])
    assert (flaw.code, flaw.severity, flaw.cell) == ("removed-import", Severity.ERROR, None)
    assert (flaw.line, flaw.column) == (2, 36)


def test_a_comment_leaves_findings_out():
    """All of its line, or those of some codes."""
    assert lint([f"{BROKEN}  # datakit: ignore"]) == ()
    assert lint([f"{BROKEN}  # datakit: ignore[no-warm-up, removed-import]"]) == ()
    assert len(lint([f"{BROKEN}  # datakit: ignore[no-warm-up]"])) == 1
    assert len(lint([f"# datakit: ignore\n{BROKEN}"])) == 1


def test_the_cells_of_a_notebook_are_one_script():
    """What one imports another uses; places are told by cell."""
    cells = ["import numpy as np", "", f"np.array([])\n{BROKEN}"]
    (flaw,) = lint(cells, notebook=True)
    assert (flaw.code, flaw.cell, flaw.line, flaw.column) == ("removed-import", 3, 2, 26)


def test_magics_of_notebooks_are_passed_over():
    """Of the shell and of IPython, on lines that go on, before code, and for cells of another language."""
    cell = """!pip install -q \\
    transformers datasets
%matplotlib inline
files = !ls *.csv
model?
if True:
    !echo yes
%time from transformers import AdamW"""
    flaws = lint([cell, "%%bash\nfor x in *; do echo $x; done", f"%%time\n{BROKEN}"], notebook=True)
    assert [(flaw.code, flaw.cell, flaw.line, flaw.column) for flaw in flaws] == [
        ("removed-import", 1, 8, 32),
        ("removed-import", 3, 2, 26),
    ]


def test_a_text_that_looks_like_a_magic_is_code():
    """A line may begin with the sign of the modulo."""
    assert lint(['x = ("%s of %s"\n     % (1, 2))\n']) == ()


def test_what_is_no_python_is_told_and_the_rest_looked_at():
    """A script of Python 2, a cell that is prose, a null byte."""
    (flaw,) = lint(["x = 1\nprint 'loss', x"])
    assert (flaw.code, flaw.severity, flaw.line, flaw.column) == ("syntax-error", Severity.ERROR, 2, 1)
    flaws = lint(["This is prose.", BROKEN], notebook=True)
    assert [(flaw.code, flaw.cell) for flaw in flaws] == [("syntax-error", 1), ("removed-import", 2)]
    assert [flaw.code for flaw in lint(["x = 1\0"])] == ["syntax-error"]
    assert [flaw.code for flaw in lint(["(" * 10_000])] == ["syntax-error"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_file_likes(ending):
    """Their number is the editor's."""
    (flaw,) = lint([ending.join(["x = 1", "", BROKEN, ""])])
    assert flaw.line == 3


def test_nothing_is_said_of_nothing():
    """An empty file, a notebook without code, a script about something else, and odd escapes."""
    for cells in ([], [""], ["\n\n"], ["import os\nprint(os.getcwd())"], ["x = '\\d'"]):
        assert lint(cells) == (), cells


def test_a_script_is_never_run():
    """Not even imported."""
    assert lint(["raise SystemExit('run!')"]) == ()


def test_every_idiom_says_how_grave_it_is():
    """An error breaks the script or its figures."""
    assert all(isinstance(idiom.severity, Severity) for idiom in idioms.all())
