"""What several idioms ask of a script."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from datakit.diagnosis.idioms._script import Located, Script, names_in

MODELS = ("model", "bert", "distilbert", "roberta", "encoder", "backbone", "classifier")  # usual names of models
ADAM = ("Adam", "AdamW", "NAdam", "RAdam", "Adamax")
OPTIMIZER_HOMES = ("torch", "transformers", "tensorflow", "keras")

_HEADS = ("classifier", "head", "fc", "linear", "probe")  # usual names of a new layer on top of an encoder


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A learning rate that a script gives to an optimizer of the Adam kind."""

    node: Located
    value: float
    epochs: float | None  #: of `TrainingArguments`, as written there or its default; None in a loop by hand


def training_arguments(script: Script) -> Iterator[ast.Call]:
    """Yield the calls that make `TrainingArguments`, or a class derived from them."""
    return script.calls("TrainingArguments", "Seq2SeqTrainingArguments", of=("transformers",))


def trainers(script: Script) -> Iterator[ast.Call]:
    """Yield the calls that make a `Trainer` of transformers, or a class derived from it."""
    return script.calls("Trainer", "Seq2SeqTrainer", of=("transformers",))


def rates(script: Script) -> Iterator[Rate]:
    """Yield the learning rates for a whole pretrained model; those of a new head or of adapters may be high."""
    if not script.uses_transformers:
        return
    for call in script.calls(*ADAM, of=OPTIMIZER_HOMES):
        given = argument(call, "lr", 1) or argument(call, "learning_rate", None)
        value = script.constant(given)
        if isinstance(value, int | float) and given is not None and not _only_a_head(call):
            yield Rate(node=given, value=value, epochs=None)
    for call in training_arguments(script):
        optimizer = script.constant(argument(call, "optim", None))
        given = argument(call, "learning_rate", None)
        value = script.constant(given)
        adam = optimizer is None or "adam" in str(optimizer)
        if isinstance(value, int | float) and given is not None and adam:
            epochs = argument(call, "num_train_epochs", None)
            told = script.constant(epochs) if epochs else 3
            limited = argument(call, "max_steps", None) is not None or not isinstance(told, int | float)
            yield Rate(node=given, value=value, epochs=None if limited else told)


def argument(call: ast.Call, name: str, position: int | None) -> ast.expr | None:
    """Return what a call gives for a parameter, by name or by position; None where it gives nothing."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or any(isinstance(one, ast.Starred) for one in call.args[: position + 1]):
        return None
    return call.args[position] if position < len(call.args) else None


def keyword_of(call: ast.Call, name: str) -> ast.keyword | None:
    """Return a keyword argument with its place."""
    return next((keyword for keyword in call.keywords if keyword.arg == name), None)


def is_open(call: ast.Call) -> bool:
    """Tell whether a call gets arguments that cannot be seen: `*args`, `**kwargs`."""
    return is_open_keyword(call) or any(isinstance(one, ast.Starred) for one in call.args)


def is_open_keyword(call: ast.Call) -> bool:
    """Tell whether a call gets keywords that cannot be seen: `**kwargs`."""
    return any(keyword.arg is None for keyword in call.keywords)


def is_test_split(node: ast.expr) -> bool:
    """Tell whether an expression is test rows, by its name: `X_test`, `data["test"]`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "test"
    name = last_name(node).lower()
    return "test" in name.split("_") and not {"train", "val", "valid", "validation"} & set(name.split("_"))


def last_name(node: ast.AST) -> str:
    """Return the last part of a name: `optimizer` of `self.optimizer`, `` where it is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def method_calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Yield calls of methods called so, of any object, anywhere below `tree`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def is_model(function: ast.expr) -> bool:
    """Tell whether a call of `function` runs a model, by its name."""
    return isinstance(function, ast.Name | ast.Attribute) and last_name(function) in MODELS


def tokenizer_calls(script: Script) -> Iterator[ast.Call]:
    """Yield calls of tokenizers, told by their names."""
    for call in script.nodes(ast.Call):
        called = last_name(call.func).lower()
        if called in ("tokenizer", "tok", "encode_plus", "batch_encode_plus") or called.endswith("_tokenizer"):
            yield call


def training_loaders(script: Script) -> Iterator[ast.Call]:
    """Yield the `DataLoader`s that a loop with a backward pass goes through, or that are called after training."""
    passed = {
        name
        for loop in script.nodes(ast.For)
        if not any(isinstance(node, ast.For) for node in ast.walk(loop) if node is not loop)
        and any(True for _ in method_calls(loop, "backward"))
        for name in names_in(loop.iter)
    }
    for call in script.calls("DataLoader", of=("torch",)):
        statement = script.parents.get(call)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        into = names_in(*targets) | {last_name(target) for target in targets}
        if into & passed or any("train" in name.lower() for name in into):
            yield call


def training_rows(script: Script) -> Iterator[ast.expr]:
    """Yield what data loaders and trainers get to train on."""
    for call in training_loaders(script):
        given = argument(call, "dataset", 0)
        if given is not None:
            yield given
    for call in trainers(script):
        given = argument(call, "train_dataset", 3)
        if given is not None:
            yield given


def strategy(script: Script, call: ast.Call, *names: str) -> str | None:
    """Return a strategy of `TrainingArguments` as text: `no`, `steps`, `epoch`, `best`; None where it is unclear.

    An absent one is the default of the first name: evaluation `no`, saving `steps`.
    """
    given = [keyword for name in names if (keyword := keyword_of(call, name))]
    if not given:
        return "steps" if names[0] == "save_strategy" else "no"
    value = given[0].value
    if isinstance(value, ast.Attribute):  # IntervalStrategy.EPOCH
        return value.attr.lower()
    told = script.constant(value)
    return told if isinstance(told, str) else None


def _only_a_head(call: ast.Call) -> bool:
    """Tell whether an optimizer gets something else than the whole model, by the name of what it gets."""
    for given in call.args[:1] or [k.value for k in call.keywords if k.arg == "params"]:
        for node in ast.walk(given):
            if last_name(node).lower() in _HEADS:
                return True
    return False
