"""Checks the notebooks: nothing of a machine stands in them, and every cell runs.

    check.py NOTEBOOK...
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

# All that a notebook may say of the program that runs it.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def left_in(notebook):
    """What of a notebook is no text or code of its own."""
    if notebook.metadata != METADATA:
        yield "metadata of a machine"
    for number, cell in enumerate(notebook.cells, 1):
        if cell.metadata:
            yield f"metadata of cell {number}"
        if cell.get("outputs"):
            yield f"outputs of cell {number}"
        if cell.get("execution_count") is not None:
            yield f"execution count of cell {number}"


def fault_of(path):
    """Why a notebook does not pass; nothing where it does."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    held = list(left_in(notebook))
    if held:
        return f"holds {', '.join(held)} [clear its outputs]"
    client = NotebookClient(
        notebook,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        timeout=300,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"fails: {error}"
    warned = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    return f"warns: {''.join(warned)}" if warned else None


def main(names):
    faults = 0
    for path in map(pathlib.Path, names):
        fault = fault_of(path)
        faults += fault is not None
        print(f"{path.name}: {fault or 'runs'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
