"""The bridge to Great Expectations."""

from datakit.validation.suites.gate import judge

__all__ = ["judge"]
