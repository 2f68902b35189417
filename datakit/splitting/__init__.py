"""Splits with strata and without leakage, and a certificate that says so."""

from datakit.splitting.assignment import Assignment
from datakit.splitting.certificate import certify, findings_of, verify
from datakit.splitting.folds import kfold
from datakit.splitting.kinship import groups
from datakit.splitting.split import Partition, split, splitters

__all__ = ["Assignment", "Partition", "certify", "findings_of", "groups", "kfold", "split", "splitters", "verify"]
