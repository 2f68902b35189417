"""Ways of teaching a model from the same splits, to be compared: what each learns from, and how it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from datakit.augmentation.operators._base import Using
from datakit.augmentation.plan import Kind, Stock, Target, quotas, wanted_counts
from datakit.augmentation.registries import operators as operator_registry
from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest
from datakit.core.seeding import rng_for
from datakit.pipeline.recipe import Recipe

#: What an arm may be made of beside the operators, with `+` between: `weights+synonym`.
PLAIN, DUPLICATE, WEIGHTS, THRESHOLD = "plain", "duplicate", "weights", "threshold"
PARTS = (PLAIN, DUPLICATE, WEIGHTS, THRESHOLD)

#: Other names of operators.
SHORT = {"backtranslate": "back-translation"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """One way: which rows are added, whether classes are weighted, whether the thresholds are tuned."""

    name: str
    operators: tuple[str, ...] = ()  #: that make new rows, or `duplicate`; at most one
    weights: bool = False
    threshold: bool = False

    @classmethod
    def of(cls, name: str) -> Self:
        """Read `plain`, `weights`, `synonym`, or several with `+` between them.

        Raises:
            UsageError: a part that nobody knows, two ways of adding rows, or `plain` beside others.
        """
        parts = [SHORT.get(part, part) for part in name.split("+")]
        adding = tuple(part for part in parts if part not in (PLAIN, WEIGHTS, THRESHOLD))
        known = [*PARTS, *operator_registry.names()]
        problems = [
            Problem(where="--arms", got=f"no arm {part!r}", fix=suggest(part, [*known, *SHORT]))
            for part in adding
            if part not in known
        ]
        if len(adding) > 1:
            got = f"{name!r} adds rows in {len(adding)} ways"
            problems.append(Problem(where="--arms", got=got, fix="compare them as arms of their own"))
        if len(set(parts)) < len(parts) or (PLAIN in parts and len(parts) > 1):
            got = f"{name!r} names a part twice, or plain with others"
            problems.append(Problem(where="--arms", got=got, fix="name each part once; plain stands alone"))
        if problems:
            raise UsageError(*problems)
        return cls(name=name, operators=adding, weights=WEIGHTS in parts, threshold=THRESHOLD in parts)

    @property
    def augments(self) -> bool:
        """Whether it makes new texts; a copy is none."""
        return bool(self.operators) and not self.copies

    @property
    def copies(self) -> bool:
        """Whether it adds copies of rows."""
        return self.operators == (DUPLICATE,)

    def recipe(self, recipe: Recipe) -> Recipe:
        """Return the recipe with this arm's augmentation and class weights, and all else as it is.

        The target is the recipe's, or `balanced` where it has none; an operator's options are those of the recipe.
        """
        target = "balanced" if recipe.augment.target == "none" else recipe.augment.target
        given = {one["name"]: one for one in recipe.as_dict().get("augment", {}).get("operators") or ()}
        operators = {"operators": [given.get(name, {"name": name}) for name in self.operators]}
        return recipe.patched(
            {
                "augment": {"target": target, **(operators if self.augments else {})},
                "finetune": {"class_weights": "balanced" if self.weights else "none"},
            }
        )


def arms_of(names: Sequence[str]) -> list[Arm]:
    """Read the names of all arms, the baseline first.

    Raises:
        UsageError: fewer than two, one twice, or one that cannot be read; all problems at once.
    """
    problems = []
    if len(set(names)) < max(2, len(names)):
        got = ",".join(names) or "nothing"
        problems.append(Problem(where="--arms", got=got, fix="name two or more, each once: --arms plain,synonym"))
    arms = []
    for name in dict.fromkeys(names):
        try:
            arms.append(Arm.of(name))
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)
    return arms


def require(arms: Sequence[Arm], recipe: Recipe) -> None:
    """See that this machine has the models and engines that the arms' operators need, before hours of training.

    Raises:
        UsageError: what to install, for all arms at once.
    """
    problems: list[Problem] = []
    for arm in arms:
        if arm.augments:
            (options,) = arm.recipe(recipe).as_dict()["augment"]["operators"]
            options.pop("weight", None)
            built = operator_registry.build(options.pop("name"), options)
            try:
                if isinstance(built, Using):
                    built.uses()
            except UsageError as error:
                problems += error.problems
    if problems:
        raise UsageError(*problems)


def duplicated(train: Corpus, target: Target, max_per_row: int, seed: int) -> Corpus:
    """Return the rows with as many copies as augmentation would make new rows of each kind.

    Every row of a kind is copied once before one is copied twice.
    """
    before = dict(sorted(train.label_counts.items()))
    wanted = wanted_counts(before, target)
    places: dict[Kind, list[int]] = {}
    for i, labels in enumerate(train.label_sets):
        places.setdefault(tuple(sorted(set(labels))), []).append(i)
    copies = quotas({kind: Stock(rows=len(rows)) for kind, rows in places.items()}, before, wanted, max_per_row)
    chosen = []
    for kind, n in sorted(copies.items()):
        order = sorted(places[kind], key=lambda i: train.ids[i])
        rng_for(seed, "duplicate", *kind).shuffle(order)
        chosen += [order[i % len(order)] for i in range(n)]
    return train.extend(train.take(chosen))
