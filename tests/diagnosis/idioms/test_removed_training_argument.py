import ast
from importlib.util import find_spec
from pathlib import Path

from datakit.diagnosis.idioms.removed_training_argument import REPLACED
from datakit.testing import recognise


def test_an_option_that_is_gone_is_named_where_it_stands():
    """Each keyword on its own line."""
    code = """
from transformers import TrainingArguments
TrainingArguments(
    output_dir="out",
    evaluation_strategy="epoch",
    no_cuda=True,
)
"""
    assert recognise("removed-training-argument", code) == [5, 6]


def test_classes_of_ones_own_may_have_such_a_field():
    """A derived class is the same, but for the fields that it adds."""
    code = """
from transformers import TrainingArguments
class Mine(TrainingArguments):
    group_by_length: bool = False
Mine(group_by_length=True, warmup_ratio=0.1)
"""
    assert recognise("removed-training-argument", code) == [5]


def test_other_classes_of_that_name_are_left_alone():
    """What is imported from elsewhere, or made here, takes what it takes."""
    assert (
        recognise("removed-training-argument", "from other import TrainingArguments as A\nA(no_cuda=True)") == []
    )
    made = "class TrainingArguments:\n    pass\nTrainingArguments(no_cuda=True)"
    assert recognise("removed-training-argument", made) == []


def test_the_table_says_what_the_installed_transformers_says():
    """No name in it is a field; what it says to write instead is one."""
    package = Path(find_spec("transformers").origin).parent
    tree = ast.parse((package / "training_args.py").read_text(encoding="utf-8"))
    (made,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "TrainingArguments"]
    fields = {node.target.id for node in made.body if isinstance(node, ast.AnnAssign)}
    assert fields & REPLACED.keys() == set()
    instead = {
        fix.partition("=")[0] for fix in REPLACED.values() if "=" in fix and " " not in fix.partition("=")[0]
    }
    assert instead - fields == {"trainer.hyperparameter_search(backend"}
    assert len(instead) > 10
