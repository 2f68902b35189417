"""Splits with strata and without leakage, and a certificate that says so."""

from datakit.splitting.certificate import certify
from datakit.splitting.split import split, splitters

__all__ = ["certify", "split", "splitters"]
