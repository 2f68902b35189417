"""`datakit export`."""

from pathlib import Path

import click

from datakit.cli._options import model_option


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@model_option
@click.option("--title", help="What the model card calls it (default: the folder's name).")
@click.option("--onnx", is_flag=True, help="Also as model.onnx, checked against PyTorch.")
def command(folder: Path, run: str | None, title: str | None, onnx: bool) -> int:
    """Hand the fine-tuned model over: into FOLDER, with its model card.

    FOLDER is what transformers' from_pretrained loads, and what the model hub takes; README.md in it tells of
    data, settings, figures with intervals, and limits.
    """
    from datakit.core.files import write_atomically
    from datakit.pipeline.exporting import export
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import model_card

    exported = export(Workspace(Path.cwd()), run, folder, onnx=onnx)
    card = model_card.render(exported.story, title=title or folder.resolve().name, onnx=exported.onnx)
    write_atomically(folder / "README.md", card.encode())
    for path in sorted(folder.iterdir()):
        click.echo(f"{path}  {path.stat().st_size:,} bytes")
    if exported.onnx is not None:
        click.echo(f"model.onnx: logits within {exported.onnx:.1g} of PyTorch's")
    return 0
