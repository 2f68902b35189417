"""What went wrong in training, and what to change."""

from datakit.diagnosis.diagnose import diagnose, rules, unanswerable
from datakit.diagnosis.rules._base import Diagnosis, spelt_out
from datakit.diagnosis.rules._signs import Signs, is_guessing

__all__ = ["Diagnosis", "Signs", "diagnose", "is_guessing", "rules", "spelt_out", "unanswerable"]
