"""Checks every table that bandwise writes with the readers that people use.

    python check_tables.py PROGRAM

For several commands: the data package passes frictionless; every CSV has a Parquet twin, and pandas, DuckDB
and Polars read the same rows from both, with the types that the data package states; a CSV loads without
options (no word is taken for a missing value, no number for a word), is UTF-8 without a byte order mark and
ends its lines with a line feed; nothing is missing that the data package says is there.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas
import polars
import polars.testing
import pyarrow.parquet
from frictionless import Package

# Taken for missing by R where it is not told otherwise.
R_MISSING = {"NA"}
# Words that may look like numbers: a value of a table of values, the numbers of rows, a varied value.
MAY_BE_NUMBERS = {("fit", "value"), ("refused", "first_rows"), ("deciles", "group"), ("scenarios", "vote.day")}
ARROW = {"integer": {"int64", "uint64"}, "number": {"double"}, "boolean": {"bool"}}
DUCKDB = {"integer": {"BIGINT", "HUGEINT", "UBIGINT"}, "number": {"DOUBLE"}, "boolean": {"BOOLEAN"}}

POLL = """
[[poll]]
question = "ballot-paper"
sample = 1000
yes = 0.41
no = 0.44
undecided = 0.15
date = "2026-02-10"
mode = "online"
house_sd = 0.2
source = "example"
"""

RUNS = {
    "derby": "run",
    "cardiff": "run gentle-efgh --authority Cardiff",
    "police": "run uniform-15 --authority Bedfordshire-Police",
    "fairer-share": "run fairer-share",
    "lsoa": "run --by lsoa",
    "no vote": "run max-without-vote",
    "surcharge": "run high-value-surcharge-2028",
    "tables only": "run --format csv",
    "parquet only": "run --format parquet",
    "json only": "run --format json",
    "compare": "compare williamson-2018 gentle-efgh uniform-15",
    "sweep": "sweep gentle-efgh --vary vote.day=with-local-elections,stand-alone --authority Derby --authority Cardiff",
    "sensitivity": "sensitivity",
    "frontier": "frontier gentle-efgh",
    "calibrate": "calibrate",
    "backtest": "backtest",
}
DRAWS = {"poll": "4000", "sensitivity": "256", "frontier": "200", "calibrate": "2000", "backtest": "2000"}


def described(folder: Path) -> dict:
    """The data package of a folder, valid, and with every file of the folder in it."""
    report = Package(str(folder / "datapackage.json")).validate()
    problems = report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert report.valid, problems[:5]
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])
    assert package["version"] and package["licenses"][0]["path"] and package["sources"]
    paths = {resource["path"] for resource in package["resources"]}
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    of_sweep = {name for name in files if name.startswith(("parts/", ".bandwise-", "sweep.json"))}
    assert paths == files - of_sweep - {"datapackage.json"}, paths ^ (files - of_sweep)
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    return package


def check_text(path: Path, fields: list[dict]) -> None:
    """The bytes of a CSV, and its words."""
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw and raw.endswith(b"\n"), path
    raw.decode("utf-8")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0] if rows else csv.DictReader(open(path, encoding="utf-8")).fieldnames) == [
        field["name"] for field in fields
    ]
    for row in rows:
        assert not R_MISSING & set(row.values()), row


def check_pandas(stem: str, csv_path: Path, twin: Path, fields: list[dict]) -> None:
    """The same table by pandas, without options."""
    text, typed = pandas.read_csv(csv_path), pandas.read_parquet(twin)
    assert list(text.columns) == list(typed.columns) and len(text) == len(typed)
    for field in fields:
        name, kind = field["name"], field["type"]
        left, right = text[name], typed[name]
        where = (stem, name, left.dtype, right.dtype)
        assert (left.isna() == right.isna()).all(), (*where, "one has what the other lacks")
        if left.isna().all():
            continue
        held = left.notna()
        if kind == "boolean":
            assert left.dtype == bool or left.isna().any(), where
        elif kind == "integer":
            # Pandas has no integers beside missing values.
            assert left.dtype.kind in "iu" or left.isna().any(), where
        elif kind == "number":
            assert left.dtype.kind in "fiu", where
        elif (stem, name) not in MAY_BE_NUMBERS and kind != "any":
            assert left.dtype.kind not in "fiub", where
        if kind in ("string", "any"):
            if left.dtype.kind not in "fiub":
                assert (left[held] == right[held]).all(), where
        else:
            assert (left[held].astype(float) == right[held].astype(float)).all(), where


def check_duckdb(csv_path: Path, twin: Path, fields: list[dict]) -> None:
    """The same rows by DuckDB, in the types of the twin."""
    of_twin = duckdb.sql(f"SELECT * FROM read_parquet('{twin}')")
    for field, kind in zip(fields, of_twin.types, strict=True):
        assert str(kind) in DUCKDB.get(field["type"], {"VARCHAR"}), (twin, field["name"], kind)
    columns = ", ".join(f"'{field['name']}': '{kind}'" for field, kind in zip(fields, of_twin.types))
    of_csv = duckdb.sql(f"SELECT * FROM read_csv('{csv_path}', columns = {{{columns}}}, header = true)")
    assert of_csv.fetchall() == of_twin.fetchall(), csv_path
    # Without options it finds the columns and the rows.
    found = duckdb.sql(f"SELECT * FROM '{csv_path}'")
    assert found.columns == of_twin.columns, (csv_path, found.columns)


def check_polars(csv_path: Path, twin: Path) -> None:
    """The same frame by Polars."""
    typed = polars.read_parquet(twin)
    text = polars.read_csv(csv_path, schema_overrides=typed.schema)
    polars.testing.assert_frame_equal(text, typed, check_exact=True)


def check_types(path: Path, fields: list[dict]) -> int:
    """The types of a Parquet file are those that the data package states, and numbers have units."""
    schema = pyarrow.parquet.read_schema(path)
    assert schema.names == [field["name"] for field in fields], path
    for field in fields:
        kind = str(schema.field(field["name"]).type)
        assert kind in ARROW.get(field["type"], {"large_string", "string", "string_view"}), (path, field, kind)
        assert ("unit" in field) == (field["type"] in ("integer", "number")), (path, field)
    table = pyarrow.parquet.read_table(path)
    for field in fields:
        if field.get("constraints", {}).get("required"):
            assert table[field["name"]].null_count == 0, (path, field)
    return table.num_rows


def check(name: str, folder: Path) -> tuple[int, int]:
    """All tables of a folder."""
    package = described(folder)
    by_path = {resource["path"]: resource for resource in package["resources"]}
    tables, rows = 0, 0
    for path, resource in by_path.items():
        if not path.endswith((".csv", ".parquet")) or "schema" not in resource:
            assert not path.endswith(".csv") or path == "fitted_normal.csv", path
            continue
        fields = resource["schema"]["fields"]
        tables += 1
        stem = path.rsplit(".", 1)[0]
        if path.endswith(".parquet"):
            rows += check_types(folder / path, fields)
            continue
        check_text(folder / path, fields)
        twin = f"{stem}.parquet"
        if twin in by_path:
            assert by_path[twin]["schema"] == resource["schema"]
            check_pandas(stem, folder / path, folder / twin, fields)
            check_duckdb(folder / path, folder / twin, fields)
            check_polars(folder / path, folder / twin)
        else:
            assert name == "tables only", path
    return tables, rows


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    wanted = set(sys.argv[2:]) or None
    tables = rows = 0
    with tempfile.TemporaryDirectory() as place:
        poll = Path(place) / "polled.toml"
        text = subprocess.run([program, "check"], check=True, capture_output=True, text=True).stdout
        poll.write_text(text.replace('key = "williamson-2018"', 'key = "polled"', 1) + POLL)
        extract = Path(place) / "homes.csv"
        invented = [program, "households", str(extract), "--authority", "Derby", "--synthetic", "3000"]
        subprocess.run(invented, check=True, capture_output=True)
        runs = RUNS | {"poll": f"run {poll}", "households": f"households {extract} --authority Derby"}
        for name, words in runs.items():
            if wanted and name not in wanted:
                continue
            folder = Path(place) / name
            arguments = [word.replace("Bedfordshire-Police", "Bedfordshire Police") for word in words.split()]
            if name != "households":
                arguments += ["--draws", DRAWS.get(name, "400")]
            done = subprocess.run([program, *arguments, "--out", str(folder)], capture_output=True, text=True)
            assert done.returncode == 0, (name, done.stderr)
            found = check(name, folder)
            tables, rows = tables + found[0], rows + found[1]
    print(f"{tables} tables of {len(wanted or runs)} commands: {rows} rows alike in pandas, DuckDB and Polars")


if __name__ == "__main__":
    main()
