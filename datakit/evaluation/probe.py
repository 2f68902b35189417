"""Train and test rows as vectors of an encoder that has learnt nothing from them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.core.embeddings import embeddings

MOST = 20_000  # train rows: more change the probe's figures by less than its interval is wide

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Embedded:
    """The vectors, each of length 1, of train (or a sample of it) and test."""

    train: Corpus  # the rows of `train_vectors`
    train_vectors: Vectors
    test_vectors: Vectors

    @classmethod
    def of(cls, train: Corpus, test: Corpus, *, seed: int = 13) -> Self:
        """Embed both with all-MiniLM-L6-v2; of a train split of more than 20,000 rows as many drawn by id.

        Raises:
            UsageError: the package that carries the encoder is not installed.
            InputError: its weights are not the published ones.
        """
        train = train.sample(MOST, seed, "probe")
        return cls(train=train, train_vectors=embeddings(train.texts), test_vectors=embeddings(test.texts))

    def nearest(self) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Return for each test row its nearest train row, as an index, and the cosine of both."""
        cosines = np.concatenate(
            [
                block @ self.train_vectors.T
                for block in np.array_split(self.test_vectors, len(self.test_vectors) // 500 + 1)
            ]
        )
        nearest = cosines.argmax(axis=1)
        return nearest, cosines[np.arange(len(nearest)), nearest]
