"""Recalculates the workbook of a run in LibreOffice and sets its formulas against the program.

    python check_workbook.py PROGRAM [--all]

Every workbook is saved again without the results of its formulas, so that LibreOffice has to work them
out: nothing can pass because it stands there already. The totals and every band must equal summary.csv
and bands.csv to the penny, for a list of proposals and authorities of every kind. Then inputs on the
sheet are changed, and the formulas must give what the program gives for a scenario that says the same.

--all does it for every billing authority of England and Wales as well, with two proposals each: some
ten minutes.

LibreOffice Calc stands in for the spreadsheet: on Debian, root gets libreoffice-calc-nogui where it is
missing (prepare.sh).
"""

import csv
import io
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import load_workbook

# The columns of the table of yields, and the metric that the total of each must equal.
TOTALS = {
    "Council tax today": "revenue_today_pounds",
    "Council tax if Yes, after relief": "revenue_yes_pounds",
    "Council tax if No": "revenue_no_pounds",
    "Gross yield over today": "gross_yield_pounds",
    "Relief": "relief_cost_pounds",
    "Net yield over today": "net_yield_vs_today_pounds",
    "A No over today": "no_yield_vs_today_pounds",
    "Net yield over a No": "net_yield_vs_no_pounds",
}
EQUAL = "equal to the penny"

RATES = "A = 1.0, B = 1.0, C = 1.0, D = 0.8, E = 0.6, F = 0.4, G = 0.2, H = 0.0"


def scenario(authority: str, schedule: str, more: str = "") -> str:
    """A scenario file."""
    return f'format = 1\nkey = "case"\ntitle = "A case"\nauthority = "{authority}"\n\n[schedule]\n{schedule}\n\n{more}\n'


def with_relief(authority: str, more: str = "", headline: float = 1.0, relief: str = RATES, no: str = "") -> str:
    """A headline with relief by band, on terms."""
    schedule = f'kind = "headline-with-relief"\nheadline_rise = {headline}\nrelief = {{ {relief} }}\n{more}'
    return scenario(authority, schedule, f"[no]\nrise = {no}" if no else "")


AMOUNTS = (
    "amounts = { A = 1300.01, B = 1500.02, C = 1700.03, D = 2278.79, E = 3000.55, F = 4000.33, G = 5000.11,"
    " H = 7595.96 }"
)
# Built-in proposals with an authority, and scenario files: every kind of proposal and every term.
BUILT_IN = [
    ("williamson-2018", "Derby"),
    ("williamson-2018", "E06000061"),
    ("gentle-efgh", "Bristol"),
    ("uniform-15", "Cardiff"),
    ("uniform-15", "Bedfordshire Police"),
    ("bedfordshire-2015", None),
    ("max-without-vote", "Mid Devon"),
    ("scotland-2017", "Derby"),
    ("fairer-share", "Derby"),
    ("high-value-surcharge-2028", None),
    ("westminster-band-h", None),
]
WRITTEN = {
    "protect": with_relief("Derby", "protect_reduction = true"),
    "cap": with_relief("Leeds", "cap_rise_pounds = 250"),
    "cap-and-protect": with_relief("Barnsley", "cap_rise_pounds = 99.99\nprotect_reduction = true"),
    "leave-out": with_relief("Cornwall", "leave_out_premiums = true"),
    "phase-in": with_relief("Camden", "phase_in_years = 3"),
    "all-terms": with_relief(
        "Gwynedd",
        "phase_in_years = 3\nleave_out_premiums = true\nprotect_reduction = true\ncap_rise_pounds = 123.45",
        relief=RATES + ", I = 0.0",
    ),
    "amounts": scenario("Derby", f'kind = "band-amounts"\n{AMOUNTS}'),
    "amounts-phased": scenario("Derby", f'kind = "band-amounts"\n{AMOUNTS}\nphase_in_years = 3\nprotect_reduction = true'),
    "freeze-target": scenario("Leicester", 'kind = "freeze-target"\nshare = 0.7\ntop_rise = 0.333333\nshape = "steps"'),
    "tiny": with_relief("Wandsworth", headline=0.000123),
    "ratios-phased": scenario(
        "Derby", 'kind = "national-ratios"\nchanges = { E = 0.075, F = 0.125, G = 0.175, H = 0.225 }\nphase_in_years = 3'
    ),
    "extra-bands": scenario(
        "Barnet",
        'kind = "extra-bands"\nrise = 0.02\nphase_in_years = 3\nbands = [ { name = "I", of = "H", share = 0.3, ratio = "24/9" },'
        ' { name = "A0", of = "A", share = 0.123457, ratio = "5/9" } ]',
    ),
    "value-surcharge": scenario(
        "Camden", 'kind = "surcharge"\nto = "council"\nsteps = [ { from = 1_000_000, pounds = 2500.55 } ]\ncap_rise_pounds = 2000'
    ),
    "ratios-capped": scenario(
        "Derby", 'kind = "national-ratios"\nchanges = { E = 0.075, F = 0.125, G = 0.175, H = 0.225 }\ncap_rise_pounds = 100'
    ),
    "own-surcharge": scenario(
        "Derby", 'kind = "surcharge"\nto = "council"\nrises = { A = 0, B = 0, C = 0, D = 0, E = 0, F = 0, G = 0.1, H = 0.5 }\nphase_in_years = 2'
    ),
}


def run(program: Path, folder: Path, name: str, what: list[str]) -> Path:
    """The results of a run, in a folder of the name."""
    out = folder / name
    command = [str(program), "run", *what, "--draws", "100", "--format", "csv,xlsx", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    return out


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pennies(value: object) -> Decimal:
    """Pounds as whole pence; a figure of a formula must lie at the penny but for the noise of a double."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))
    pence = (100 * exact).quantize(Decimal(1), ROUND_HALF_UP)
    assert abs(100 * exact - pence) < Decimal("0.001"), value
    return pence


def uncalculated(workbook: Path, place: Path, changes: dict[str, float | str]) -> None:
    """Saves a workbook without the results of its formulas, with some inputs of the sheet changed."""
    book = load_workbook(workbook)
    sheet = book["Working"]
    for cell, value in changes.items():
        assert sheet[cell].value is not None and not str(sheet[cell].value).startswith("="), cell
        sheet[cell].value = value
    book.save(place)


def recalculate(folder: Path) -> None:
    """LibreOffice works out every workbook in folder/before into folder/after."""
    books = sorted((folder / "before").glob("*.xlsx"))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "after")]
    subprocess.run([*command, *map(str, books)], check=True, capture_output=True)
    missing = [book.name for book in books if not (folder / "after" / book.name).exists()]
    assert not missing, missing


def cells_of(sheet) -> dict[str, object]:
    """The figures of the section set against the program, and those of the bands."""
    found: dict[str, object] = {"bands": {}, "bills": {}, "checks": []}
    table = None
    for row in sheet.iter_rows():
        first = row[0].value
        heads = [cell.value for cell in row]
        if first == "Band" and "Today" in heads and "Net yield over a No" in heads:
            table = ("bands", heads)
        elif first == "Band" and "If No" in heads and "Today" in heads:
            table = ("bills", heads)
        elif first == "Figure":
            table = ("totals", heads)
        elif first in (None, "All", "in lieu") and table and table[0] != "totals":
            table = table if first == "in lieu" else None
        elif table and table[0] in ("bands", "bills") and first in "ABCDEFGHI":
            found[table[0]][first] = dict(zip(table[1], (cell.value for cell in row)))
        if table and table[0] == "totals" and first in TOTALS:
            found[TOTALS[first]] = row[3].value
            found["checks"].append(row[6].value)
    return found


def faults_of_file(name: str, original: Path) -> None:
    """Formulas bear their results, errors are nowhere, and words that begin like a formula are words."""
    with zipfile.ZipFile(original) as archive:
        names = archive.namelist()
        assert not any("vba" in one or "external" in one for one in names), names
    formulas, shown = load_workbook(original), load_workbook(original, data_only=True)
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                result = shown[sheet.title][cell.coordinate].value
                assert result is not None or cell.value is None, (name, sheet.title, cell.coordinate)
                assert not str(result).startswith("#"), (name, sheet.title, cell.coordinate, result)
                if cell.data_type == "f":
                    assert sheet.title == "Working", (name, sheet.title, cell.coordinate, cell.value)


def equals_program(name: str, recalculated: Path, out: Path, as_written: bool) -> int:
    """Sets a recalculated workbook against the tables of a run; how many figures were compared."""
    book = load_workbook(recalculated, data_only=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert not str(cell.value).startswith(("#", "Err:")), (name, sheet.title, cell.coordinate, cell.value)
    found = cells_of(book["Working"])
    summary = {row["metric"]: row["mean"] for row in rows(out / "summary.csv")}
    compared = 0
    for metric in TOTALS.values():
        by_formula, by_program = pennies(found[metric]), pennies(summary[metric])
        assert by_formula == by_program, f"{name}: {metric} is {by_formula} by the formulas, {by_program} by the program"
        compared += 1
    if as_written:
        assert found["checks"] == [EQUAL] * len(TOTALS), (name, found["checks"])
    else:
        # The program's figures on the sheet are those of the inputs before.
        assert "differs: an input was changed" in found["checks"], (name, found["checks"])
    local = any("before relief" in str(head) for band in found["bands"].values() for head in band)
    for row in rows(out / "bands.csv"):
        band = found["bands"][row["band"]]
        pairs = [("Net yield over today", "net_yield_vs_today_pounds"), ("Net yield over a No", "net_yield_vs_no_pounds")]
        pairs.append(("Gross yield over today", "gross_yield_pounds"))
        if local:
            pairs.append(("Relief", "relief_pounds"))
        if as_written:
            assert band["Check"] == EQUAL, (name, row["band"], band["Check"])
        for head, column in pairs:
            assert pennies(band[head]) == pennies(row[column]), (name, row["band"], head, band[head], row[column])
            compared += 1
        bill = found["bills"].get(row["band"], {})
        for head, column in [("Today", "today"), ("If No", "no"), ("If Yes", "yes")]:
            # With terms for some homes the bill if Yes stands in the lines.
            if head in bill:
                expected = row[f"own_bill_{column}_pounds"]
                assert pennies(bill[head]) == pennies(expected), (name, row["band"], head, bill[head], expected)
                compared += 1
    return compared


def cell_of(workbook: Path, name: str) -> str:
    """Where a named input stands."""
    names = load_workbook(workbook).defined_names
    return names[name].attr_text.split("!")[1].replace("$", "")


def input_of_band(workbook: Path, band: str) -> str:
    """Where the stated share, rise or amount of a band stands."""
    sheet = load_workbook(workbook)["Working"]
    inside = False
    for row in sheet.iter_rows(max_col=4):
        inside = inside or str(row[0].value).startswith("2.")
        if inside and row[0].value == band:
            return row[3].coordinate
    raise AssertionError(band)


# A changed input of a sheet, by its name or its band, and the scenario that says the same.
Change = tuple[dict[str, float], str]
TERMS = "protect_reduction = true\nleave_out_premiums = true\ncap_rise_pounds = 200"
CHANGED: dict[str, tuple[str, dict[str, Change]]] = {
    "changed": (
        with_relief("Derby"),
        {
            "headline": ({"headline_rise": 0.61803}, with_relief("Derby", headline=0.61803)),
            "no": ({"no_rise": 0.0123}, with_relief("Derby", no="0.0123")),
            "relief": ({"E": 0.123457}, with_relief("Derby", relief=RATES.replace("E = 0.6", "E = 0.123457"))),
            "own": ({"band_d_today": 1234.56}, with_relief("Derby", no="0.0499") + "[levels]\nown = 1234.56\n"),
        },
    ),
    "changed-terms": (
        with_relief("Derby", TERMS),
        {
            "terms-headline": ({"headline_rise": 0.61803}, with_relief("Derby", TERMS, headline=0.61803)),
            "terms-cap": ({"cap_pounds": 333.33}, with_relief("Derby", TERMS.replace("200", "333.33"))),
            "terms-relief": ({"E": 0.9}, with_relief("Derby", TERMS, relief=RATES.replace("E = 0.6", "E = 0.9"))),
            "terms-phase": ({"phase_in_years": 4}, with_relief("Derby", TERMS + "\nphase_in_years = 4")),
        },
    ),
}
# How many workbooks stand on the disk at a time.
BATCH = 60


def all_authorities(program: Path) -> dict[str, str | list[str]]:
    """Every billing authority with a proposal that all homes of a band meet alike, and one on all terms."""
    command = [str(program), "data", "show", "authorities", "--csv"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    cases: dict[str, str | list[str]] = {}
    terms = "phase_in_years = 7\nleave_out_premiums = true\nprotect_reduction = true\ncap_rise_pounds = 77.77"
    for row in csv.DictReader(io.StringIO(shown.stdout)):
        code = row["authority_code"]
        cases[f"{code}-alike"] = ["williamson-2018", "--authority", code]
        relief = RATES + (", I = 0.0" if code.startswith("W") else "")
        cases[f"{code}-all"] = with_relief(code, terms, headline=0.77777, relief=relief)
    return cases


def check(program: Path, cases: dict[str, str | list[str]], changed: dict[str, dict[str, Change]]) -> int:
    """Runs some cases, recalculates their workbooks and those with changed inputs; figures compared."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ["runs", "scenarios", "before"]:
            (folder / name).mkdir()

        def results(case: tuple[str, str | list[str]]) -> Path:
            name, what = case
            if isinstance(what, str):
                file = folder / "scenarios" / f"{name}.toml"
                file.write_text(what, encoding="utf-8")
                what = [str(file)]
            return run(program, folder / "runs", name, what)

        with ThreadPoolExecutor(2) as pool:
            outs = dict(zip(cases, pool.map(results, cases.items())))
        for name, out in outs.items():
            faults_of_file(name, out / "workbook.xlsx")
            uncalculated(out / "workbook.xlsx", folder / "before" / f"{name}.xlsx", {})
        for source, changes in changed.items():
            original = outs[source] / "workbook.xlsx"
            for name, (inputs, _) in changes.items():
                cells = {
                    input_of_band(original, at) if len(at) == 1 else cell_of(original, at): value
                    for at, value in inputs.items()
                }
                uncalculated(original, folder / "before" / f"after-{name}.xlsx", cells)
        recalculate(folder)
        compared = 0
        for name, out in outs.items():
            compared += equals_program(name, folder / "after" / f"{name}.xlsx", out, as_written=True)
        for changes in changed.values():
            for name in changes:
                recalculated = folder / "after" / f"after-{name}.xlsx"
                compared += equals_program(name, recalculated, outs[f"says-{name}"], as_written=False)
        return compared


def main() -> None:
    program = Path(sys.argv[1]).resolve()
    cases: dict[str, str | list[str]] = dict(WRITTEN)
    for key, authority in BUILT_IN:
        cases[f"{key}-{authority or 'own'}"] = [key, *(["--authority", authority] if authority else [])]
    for source, (text, changes) in CHANGED.items():
        cases[source] = text
        cases |= {f"says-{name}": says for name, (_, says) in changes.items()}
    changed = {source: changes for source, (_, changes) in CHANGED.items()}
    compared, workbooks = check(program, cases, changed), len(cases)
    if "--all" in sys.argv[2:]:
        every = list(all_authorities(program).items())
        for start in range(0, len(every), BATCH):
            compared += check(program, dict(every[start : start + BATCH]), {})
        workbooks += len(every)
    print(
        f"{compared:,} figures of {workbooks} workbooks and {sum(map(len, changed.values()))} changed ones,"
        " recalculated by LibreOffice, equal the program to the penny"
    )


if __name__ == "__main__":
    main()
