"""Checks the shards of a sweep against the sweep itself, on a Dask cluster and in DuckDB.

    python check_sweep.py PROGRAM

A small grid is swept as a whole, and in shards by the recipe notebooks/sweep_on_dask.py on two workers
on 127.0.0.1, where the first start of one shard fails. The files must be the same byte for byte. Then
DuckDB reads the folder of parts, and must find the rows of the joined tables.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

RECIPE = Path(__file__).parents[2] / "notebooks" / "sweep_on_dask.py"
SWEEP = (
    "gentle-efgh --vary vote.day=with-local-elections,stand-alone --authority Derby --authority Barnsley"
    " --authority Cardiff --authority Camden --draws 200 --jobs-per-part 1"
).split()
# Fails at its first start, then is the program.
FLAKY = """#!/bin/sh
case "$*" in
*--shard*1/3*) if [ ! -e "{mark}" ]; then touch "{mark}"; echo "no luck" >&2; exit 70; fi;;
esac
exec "{program}" "$@"
"""


def files(folder: Path) -> dict[str, bytes]:
    """Every result under a folder, with its bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = ((path.relative_to(folder), path) for path in found)
    return {str(name): path.read_bytes() for name, path in names if not str(name).startswith(".")}


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        whole, merged = folder / "whole", folder / "merged"
        subprocess.run([program, "sweep", *SWEEP, "--out", str(whole)], check=True, capture_output=True)
        flaky, mark = folder / "flaky", folder / "failed-once"
        flaky.write_text(FLAKY.format(mark=mark, program=program))
        flaky.chmod(0o755)
        recipe = [sys.executable, str(RECIPE), str(merged), "--program", str(flaky), "--shards", "3"]
        subprocess.run([*recipe, "--", *SWEEP], check=True, capture_output=True)
        assert mark.exists(), "a shard failed once and was started again"
        expected, found = files(whole), files(merged)
        assert expected.keys() == found.keys(), expected.keys() ^ found.keys()
        differ = [name for name in expected if expected[name] != found[name]]
        assert not differ, differ

        for table in ["authorities", "wards", "warnings"]:
            parts = f"read_parquet('{whole}/parts/*/{table}.parquet')"
            joined = f"read_parquet('{whole}/{table}.parquet')"
            rows = duckdb.sql(f"SELECT * FROM {parts}").fetchall()
            assert rows == duckdb.sql(f"SELECT * FROM {joined}").fetchall(), table
            with open(whole / f"{table}.csv", newline="") as file:
                assert len(rows) == sum(1 for _ in csv.DictReader(file)), table
        print(f"{len(expected)} files of the sweep in shards on Dask are those of the whole sweep")


if __name__ == "__main__":
    main()
