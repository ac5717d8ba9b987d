"""The job *schedule*: the same extract by bandwise, Python Polars and pandas: seconds and memory.

Read a council's extract of one row a home; refuse rows with an unknown band, discount, occupancy,
class of exemption, tenure or kind of award, with an award that is no number, negative, without a kind
or above the bill, or with electors that are no whole number; compress the rest to one row per kind of
home with sums; work out the tax base after support by band.

Each run is a process of its own; all must give the same cells, the same number of refused rows and the
same tax base.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time

BAND_D_PENCE = 200_911  # the whole bill of a band D home in Derby, 2023-24
NINTHS = dict(zip("ABCDEFGH", (6, 7, 8, 9, 11, 13, 15, 18)))
DISCOUNT = {"": "full", "SPD": "single_adult", "DIS25": "one_counted", "DIS50": "all_disregarded"}
OCCUPANCY = {"occupied": None, "empty": "empty", "second home": "second_home"}
KIND = {"": "none", "P": "pension_age", "W": "working_age"}
TENURE = ["owned_outright", "mortgage_or_shared", "social_rent", "private_rent"]
PERCENT = {"full": 100, "single_adult": 75, "one_counted": 75, "all_disregarded": 50, "exempt": 0,
           "empty": 100, "second_home": 100}
READ = ["ward_code", "vo_band", "discount", "occupancy", "exempt_class", "ctr_award", "ctr_kind",
        "electors", "tenure"]
KEYS = ["area", "band", "liability", "exempt_class", "reduction", "tenure"]
SUMS = ["n_dwellings", "award_pence", "electors"]
# Rows that every program must refuse, written behind the good ones.
BAD = ["1,x,y,z,E05015507,Z,,occupied,,,,1,social_rent",
       "1,x,y,z,E05015507,,,occupied,,,,1,social_rent",
       "1,x,y,z,E05015507,A,MAYBE,occupied,,,,1,social_rent",
       "1,x,y,z,E05015507,A,,haunted,,,,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,Z,,,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,,many,P,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,,-5,P,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,,99,,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,,1500.00,P,1,social_rent",
       "1,x,y,z,E05015507,A,,occupied,,,,half,social_rent"]


def result(rows, refused, into):
    """Writes sorted cells, and what was refused with the tax base after support."""
    rows = sorted(tuple("" if value is None else str(value) for value in row) for row in rows)
    base = 0.0
    for row in rows:
        _, band, liability, _, _, _, n, award, _ = row
        base += int(n) * PERCENT[liability] / 100 * NINTHS[band] / 9 - int(award) / BAND_D_PENCE
    with open(into, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*KEYS, *SUMS])
        writer.writerows(rows)
    with open(into + ".json", "w") as file:
        json.dump({"refused": refused, "base": round(base, 3)}, file)


def by_polars(extract, into):
    import polars as pl

    text = {name: pl.String for name in READ}
    lazy = pl.scan_csv(extract, schema_overrides=text, infer_schema=False).select(READ)
    filled = {name: pl.col(name).fill_null("") for name in READ}
    award = pl.col("ctr_award").cast(pl.Float64, strict=False)
    pence = (award * 100).round().cast(pl.Int64).fill_null(0)
    electors = pl.col("electors").cast(pl.Int64, strict=False)
    exempt = filled["exempt_class"] != ""
    liability = (
        pl.when(exempt).then(pl.lit("exempt"))
        .when(filled["occupancy"] == "empty").then(pl.lit("empty"))
        .when(filled["occupancy"] == "second home").then(pl.lit("second_home"))
        .otherwise(filled["discount"].replace_strict(DISCOUNT, default="?", return_dtype=pl.String))
    )
    lazy = lazy.with_columns(
        liability=liability,
        pence=pence,
        ninths=pl.col("vo_band").replace_strict(NINTHS, default=None, return_dtype=pl.Int64),
    ).with_columns(
        bill=pl.col("ninths") * BAND_D_PENCE / 9 / 100
        * pl.col("liability").replace_strict(PERCENT, default=None, return_dtype=pl.Int64)
    )
    good = (
        pl.col("ninths").is_not_null()
        & filled["discount"].is_in(list(DISCOUNT))
        & filled["occupancy"].is_in(list(OCCUPANCY))
        & ((filled["exempt_class"] == "") | filled["exempt_class"].str.contains("^[A-W]$"))
        & filled["ctr_kind"].is_in(list(KIND))
        & filled["tenure"].is_in(TENURE)
        & ((filled["ctr_award"] == "") | award.is_not_null())
        & (pl.col("pence") >= 0)
        & ((pl.col("pence") == 0) | (filled["ctr_kind"] != ""))
        & (pl.col("pence") <= pl.col("bill") + 100)
        & (electors >= 0)
    ).fill_null(False)
    keys = {
        "area": pl.col("ward_code"),
        "band": pl.col("vo_band"),
        "liability": pl.col("liability"),
        "exempt_class": filled["exempt_class"],
        "reduction": filled["ctr_kind"].replace_strict(KIND, default="?", return_dtype=pl.String),
        "tenure": pl.col("tenure"),
    }
    cells = (
        lazy.select(**keys, pence=pl.col("pence"), electors=electors, good=good)
        .group_by([*KEYS, "good"])
        .agg(n_dwellings=pl.len(), award_pence=pl.col("pence").sum(), electors=pl.col("electors").sum())
        .collect(engine="streaming")
    )
    refused = int(cells.filter(~pl.col("good"))["n_dwellings"].sum())
    result(cells.filter("good").select([*KEYS, *SUMS]).rows(), refused, into)


def by_pandas(extract, into):
    import pandas as pd

    parts, refused = [], 0
    chunks = pd.read_csv(extract, usecols=READ, dtype=str, keep_default_na=False, chunksize=500_000)
    for chunk in chunks:
        award = pd.to_numeric(chunk["ctr_award"], errors="coerce")
        pence = (award * 100).round().fillna(0).astype("int64")
        electors = pd.to_numeric(chunk["electors"], errors="coerce")
        ninths = chunk["vo_band"].map(NINTHS)
        liability = chunk["discount"].map(DISCOUNT)
        for text, meaning in OCCUPANCY.items():
            if meaning:
                liability = liability.mask(chunk["occupancy"] == text, meaning)
        liability = liability.mask(chunk["exempt_class"] != "", "exempt")
        bill = ninths * BAND_D_PENCE / 9 * liability.map(PERCENT) / 100
        good = (
            ninths.notna()
            & chunk["discount"].isin(DISCOUNT)
            & chunk["occupancy"].isin(OCCUPANCY)
            & ((chunk["exempt_class"] == "") | chunk["exempt_class"].str.fullmatch("[A-W]"))
            & chunk["ctr_kind"].isin(KIND)
            & chunk["tenure"].isin(TENURE)
            & ((chunk["ctr_award"] == "") | award.notna())
            & (pence >= 0)
            & ((pence == 0) | (chunk["ctr_kind"] != ""))
            & (pence <= bill + 100)
            & (electors >= 0)
        )
        refused += int((~good).sum())
        frame = pd.DataFrame({
            "area": chunk["ward_code"], "band": chunk["vo_band"], "liability": liability,
            "exempt_class": chunk["exempt_class"], "reduction": chunk["ctr_kind"].map(KIND),
            "tenure": chunk["tenure"], "n_dwellings": 1, "award_pence": pence, "electors": electors,
        })[good].astype({"electors": "int64"})
        parts.append(frame.groupby(KEYS, as_index=False)[SUMS].sum())
    cells = pd.concat(parts).groupby(KEYS, as_index=False)[SUMS].sum()
    result(cells.itertuples(index=False, name=None), refused, into)


def of_bandwise(folder, into):
    """The cells that bandwise wrote, in the form of the others. Not timed."""
    with open(os.path.join(folder, "cells.csv"), newline="") as file:
        rows = [[row[name] for name in [*KEYS, *SUMS]] for row in csv.DictReader(file)]
    with open(os.path.join(folder, "provenance.json")) as file:
        refused = json.load(file)["n_refused"]
    result(rows, refused, into)
    with open(os.path.join(folder, "reconciliation.csv"), newline="") as file:
        own = next(float(row["extract"]) for row in csv.DictReader(file)
                   if row["measure"] == "tax base after support" and row["band"] == "all")
    with open(into + ".json") as file:
        base = json.load(file)["base"]
    assert abs(own - base) <= 0.001, f"the tax base of bandwise is {own}, of its cells {base}"


def timed(command):
    """Seconds of wall time and of processor time, and peak memory in MB, of a process."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(program, rows, repeats):
    """Runs of each program in turns: seconds, processor seconds and peak memory of each; the size of
    the extract in MB."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        extract = os.path.join(folder, "extract.csv")
        common = ["--authority", "Derby", "--vintage", "2023-24"]
        subprocess.run([program, "households", extract, "--synthetic", str(rows), *common],
                       check=True, stdout=subprocess.DEVNULL)
        with open(extract, "a") as file:
            file.write("".join(row + "\n" for row in BAD))
        size = os.path.getsize(extract) / 1e6
        own = os.path.join(folder, "own")
        into = {name: os.path.join(folder, name) for name in ("bandwise", "Python Polars", "pandas")}
        commands = {
            "bandwise": [program, "households", extract, *common, "--accept-refused", "--force",
                         "--out", own],
            "Python Polars": [sys.executable, __file__, "polars", extract, into["Python Polars"]],
            "pandas": [sys.executable, __file__, "pandas", extract, into["pandas"]],
        }
        runs = {name: [] for name in commands}
        for _ in range(repeats):
            for name, command in commands.items():
                runs[name].append(timed(command))
        of_bandwise(own, into["bandwise"])
        for kind in ("", ".json"):
            texts = {name: open(path + kind).read() for name, path in into.items()}
            assert len(set(texts.values())) == 1, f"the programs differ: {texts if kind else ''}"
        with open(into["bandwise"] + ".json") as file:
            found = json.load(file)
        assert found["refused"] == len(BAD), found
        return runs, size


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["polars", extract, into]:
            by_polars(extract, into)
        case ["pandas", extract, into]:
            by_pandas(extract, into)
        case _:
            sys.exit(__doc__)
