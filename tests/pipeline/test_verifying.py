"""Damage, and what is done about it."""

import shutil

import pytest
from support import sms, write_jsonl

from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.verifying import mend, verify
from datakit.pipeline.workspace import Workspace

RECIPE = parse({"source": "raw.jsonl"}, where="test")


@pytest.fixture(scope="module")
def splits(tmp_path_factory):
    """Give a folder in which a split was made twice, with two seeds."""
    project = tmp_path_factory.mktemp("verified")
    write_jsonl(project / "raw.jsonl", sms())
    for seed in (13, 14):
        bring_up_to(Workspace(project), RECIPE.patched({"seed": seed}), "split", command="test")
    return project


@pytest.fixture
def workspace(splits, tmp_path):
    """Give a copy of it, hard links and all."""
    project = tmp_path / "project"
    shutil.copytree(splits, project)
    workspace = Workspace(project)
    for folder, run in zip(folders(workspace), workspace.history(), strict=True):
        for name, artefact in run.outputs.items():
            for relative in artefact:
                (folder / name / relative if relative else folder / name).unlink()
            workspace.store.lay_out(artefact, folder / name)
    return workspace


def kinds(workspace):
    """Return what is wrong, by kind, with the number of owners."""
    return {fault.kind: len(fault.owners) for fault in verify(workspace).wrong}


def again(workspace):
    """Run what is not up to date; return which stages that were."""
    return bring_up_to(workspace, RECIPE.patched({"seed": 14}), "split", command="test").ran


def folders(workspace):
    """Return the folders of the runs."""
    return [workspace.folder_of(run.run) for run in workspace.history()]


def test_a_whole_workspace_has_no_faults(workspace):
    """Every object is hashed, and every file of a run seen."""
    found = verify(workspace)
    assert found.faults == ()
    assert found.objects == len(list(workspace.store.objects())) > 8
    assert found.files > found.objects


def test_an_edit_in_a_runs_folder_is_found_and_mended(workspace):
    """The file is the object, so all runs that share it are named; what is made anew is put back into them."""
    first, _ = folders(workspace)
    edited = first / "usable" / "train.parquet"
    assert edited.stat().st_mode & 0o222 == 0
    edited.chmod(0o644)
    edited.write_bytes(edited.read_bytes()[:-1] + b"\x00")
    (fault,) = verify(workspace).wrong
    assert fault.kind == "damaged"
    assert [owner.split()[1:] for owner in fault.owners] == [["validate", "usable/train.parquet"]] * 2
    removed = mend(workspace, verify(workspace)).removed
    assert {path.name for path in removed} == {"train.parquet", fault.digest}
    assert kinds(workspace) == {"missing": 2}
    assert again(workspace) == ("validate",)
    assert kinds(workspace) == {"changed": 1}
    put_back = mend(workspace, verify(workspace)).put_back
    assert {path.name for path in put_back} == {"train.parquet"}
    assert verify(workspace).faults == ()
    assert again(workspace) == ()


def test_a_file_of_a_run_that_was_replaced_is_put_back(workspace):
    """As an editor does that writes a new file; also one that was deleted. The object is whole."""
    first, second = folders(workspace)
    (first / "certificate.json").unlink()
    (first / "certificate.json").write_text("{}")
    (second / "split.json").unlink()
    found = verify(workspace)
    assert [fault.kind for fault in found.wrong] == ["changed", "changed"]
    assert len(mend(workspace, found).put_back) == 2
    assert verify(workspace).faults == ()


def test_an_object_that_was_deleted_is_put_back_from_a_run(workspace):
    """Its hard link is still there."""
    digest = next(workspace.history()).outputs["certificate.json"][""]
    workspace.store.forget(digest)
    assert kinds(workspace) == {"missing": 1}
    mend(workspace, verify(workspace))
    assert verify(workspace).faults == ()


def test_a_truncated_object_is_no_hit(workspace):
    """Its size is not that of the record; the stage runs again and replaces it."""
    digest = list(workspace.history())[-1].outputs["certificate.json"][""]
    path = workspace.store.object_of(digest)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:10])
    assert kinds(workspace) == {"damaged": 1}
    assert again(workspace) == ("split",)
    assert [fault.kind for fault in verify(workspace).wrong] == ["changed"]


def test_strays_are_told_but_are_no_damage(workspace):
    """A killed run leaves them. A record that cannot be read is a fault."""
    made = workspace.root / "made"
    made.write_text("stray")
    workspace.store.keep(made)
    assert [fault.kind for fault in verify(workspace).faults] == ["stray"]
    assert verify(workspace).wrong == ()
    record, _ = next(workspace.store.records())
    record.write_text("{")
    assert "unreadable" in kinds(workspace)
    mend(workspace, verify(workspace))
    assert not record.exists()
