"""Cross-validation: every row is held out once."""

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.splitting.splitters.stratified import Stratified


def kfold(corpus: Corpus, k: int, groups: npt.NDArray[np.int64], *, seed: int = 13) -> npt.NDArray[np.int64]:
    """Return the fold, 0..k-1, that each row is held out in, [rows].

    Every label in its share in every fold, every group in one fold; a label with as many groups as folds stands
    in each.

    Args:
        corpus: the rows; each with one label, several, or none.
        k: how many folds, from 2 to the number of groups.
        groups: the number of each row's group, [rows], see `kinship.groups`.
        seed: decides which of several groups alike goes where.

    Raises:
        UsageError: no such number of folds.
    """
    most = len(np.unique(groups))
    if not 2 <= k <= most:  # noqa: PLR2004  (one fold would leave nothing to learn from)
        raise UsageError(Problem(where="kfold", got=f"{k} folds", fix=f"give 2 to {most}, the number of groups"))
    return Stratified().assign(corpus, groups, {str(fold): 1 / k for fold in range(k)}, seed)
