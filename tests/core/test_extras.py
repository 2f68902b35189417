import json

import pytest

from datakit.core.errors import UsageError
from datakit.core.extras import needs


def test_an_installed_package_is_returned():
    """As if it had been imported."""
    assert needs("json", extra="ray") is json


def test_a_missing_package_is_asked_for_with_the_command_that_installs_it():
    """The user need not know which package an extra stands for."""
    with pytest.raises(UsageError) as error:
        needs("no_such_package.remote", extra="ray")
    (problem,) = error.value.problems
    assert (problem.where, problem.fix) == ("no_such_package.remote", "pip install 'datakit[ray]'")
    assert "'no_such_package'" in problem.got


def test_a_package_that_lacks_one_of_its_own_names_that_one(tmp_path, monkeypatch):
    """What is missing is named, not what was asked for."""
    (tmp_path / "half_installed.py").write_text("import its_missing_part\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match="'its_missing_part' is not installed"):
        needs("half_installed", extra="ray")
