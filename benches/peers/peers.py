"""Drives the peers: checks that all give the same answers, then times them in turns.

Started by run.sh, which says what is needed.
"""

import argparse
import csv
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import polars as pl

import cell
import cell_numba
import household
import schedule

ROOT = Path(__file__).resolve().parents[2]
JOBS = ["cell", "household", "schedule", "cold", "national", "stages", "scaling"]
CELL_DRAWS = 10_000
SWEEP = ["sweep", "uniform-15", "--priors-only", "--draws", str(CELL_DRAWS)]


class Bandwise:
    """The Rust side, kept running; one question a line, one answer a line."""

    def __init__(self, executable):
        self.process = subprocess.Popen([executable, "answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, cwd=ROOT)

    def ask(self, job, threads=1, repetitions=1, *more):
        line = " ".join(map(str, (job, threads, repetitions, *more)))
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"bandwise ended at: {line}")
        return json.loads(answer)

    def seconds(self, job, threads=1, *more):
        return lambda: self.ask(job, threads, 1, *more)["seconds"][0]


def executables(target):
    """Paths of what Cargo built."""
    found = {}
    with open(target / "peers-bench-build.json") as lines:
        for line in lines:
            message = json.loads(line)
            if message.get("executable"):
                found[message["target"]["name"]] = message["executable"]
    return found["bandwise"], found["peers"]


def clocked(work, *arguments):
    """Seconds of a call."""
    def once():
        begin = time.perf_counter()
        work(*arguments)
        return time.perf_counter() - begin
    return once


def in_turns(rounds, programs):
    """Seconds of each program, run in turns, after one run of each that does not count."""
    for once in programs.values():
        once()
    seconds = {name: [] for name in programs}
    for _ in range(rounds):
        for name, once in programs.items():
            seconds[name].append(once())
    return seconds


def table(title, seconds, first, note=""):
    """Minimum and median of every program, and how many times those of the first."""
    print(f"\n== {title}")
    if note:
        print(note)
    width = max(map(len, seconds)) + 2
    scale, unit = (1e3, "ms") if min(map(min, seconds.values())) < 1 else (1, "s")
    print(f"{'':{width}} {'min ' + unit:>10} {'median':>10} {'x min':>8} {'x median':>9} {'runs':>5}")
    least, middle = min(seconds[first]), statistics.median(seconds[first])
    for name, those in seconds.items():
        low, median = min(those), statistics.median(those)
        print(f"{name:{width}} {low * scale:10.2f} {median * scale:10.2f} {low / least:8.2f} "
              f"{median / middle:9.2f} {len(those):5}")
    sys.stdout.flush()


def target_met(words, wanted, found, most=False):
    met = found <= wanted if most else found >= wanted
    print(f"{'met' if met else 'MISSED'}: {words}: {found:.2f} (wanted {'at most' if most else 'at least'} "
          f"{wanted})")


def agree(words, one, other, within):
    gap = abs(one - other)
    assert gap <= within, f"{words}: {one} and {other} differ by more than {within}"


def facts(profile):
    def out(*command):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    print(f"processor     {model}, {os.cpu_count()} cores, {platform.machine()}; "
          f"load {os.getloadavg()[0]:.2f}")
    print(f"bandwise      profile {profile}; {out('rustc', '--version')}; commit "
          f"{out('git', 'rev-parse', '--short', 'HEAD')}")
    print(f"peers         Python {platform.python_version()}, NumPy {np.__version__}, Numba "
          f"{numba.__version__}, Polars {pl.__version__}; vector exponential in Numba (SVML): "
          f"{'yes' if numba.config.USING_SVML else 'no'}")


def of_cell(bandwise, folder, rounds):
    e, of = cell.electorate(folder), cell.priors()
    wards, n = e.n_wards, CELL_DRAWS
    values = np.fromfile(folder / "values.f64").reshape(19, n)
    luck = np.fromfile(folder / "luck.f64").reshape(3, wards, n)
    found = np.fromfile(folder / "outcomes.f64").reshape(5, n)
    for name, given in (("NumPy", cell.numpy_given), ("Numba", cell_numba.numba_given),
                        ("Numba, a logistic a cell", cell_numba.logistic_given)):
        peer = given(e, values, luck)
        expected, share, turnout, won, collected = np.abs(peer - found).max(axis=1)
        assert expected < 1e-9, f"{name}: expected yes shares differ by {expected}"
        # One vote more or less in a ward where rounding falls the other way.
        assert share < 1e-4 and turnout < 1e-4, f"{name}: counts differ by {share}, {turnout}"
        flips = int((peer[3] != found[3]).sum())
        assert flips <= 2, f"{name}: {flips} draws are won by one and lost by the other"
        assert collected < 1e-3, f"{name}: collected differs by {collected} pounds"
        print(f"cell: {name} and bandwise from the same numbers: expected yes shares within {expected:.1e}, "
              f"{flips} of {n:,} draws won by one only, money within {collected:.1e} pounds")
    for threads in (1, 2):
        pool = ThreadPoolExecutor(threads)

        def peer(sampled):
            return clocked(cell.on_threads, pool, threads, sampled, e, of, 1, n)

        own = bandwise.ask("cell", threads)
        for name, sampled in (("NumPy", cell.numpy_sampled), ("Numba", cell_numba.numba_sampled),
                              ("Numba, a logistic a cell", cell_numba.logistic_sampled)):
            share, _, won, money = cell.on_threads(pool, threads, sampled, e, of, 1, n)
            p = own["win"]
            agree(f"{name}: P(win)", won.mean(), p, 4.5 * math.sqrt(2 * p * (1 - p) / n))
            agree(f"{name}: mean yes share", share.mean(), own["yes_share"],
                  4.5 * math.sqrt(2 / n) * share.std())
            agree(f"{name}: mean collected", money.mean(), own["collected"],
                  4.5 * math.sqrt(2 / n) * money.std())
        seconds = in_turns(rounds, {
            "bandwise": bandwise.seconds("cell", threads),
            "NumPy, chunked": peer(cell.numpy_sampled),
            "Numba, the kernel's algebra": peer(cell_numba.numba_sampled),
            "Numba, a logistic a cell": peer(cell_numba.logistic_sampled),
        })
        table(f"cell: 10,000 draws x {e.n_groups} groups x {wards} wards, sampling included, {threads} "
              f"core(s)", seconds, "bandwise",
              "bandwise: `run` with every column of its outcomes; the peers: yes share, turnout, won, money. "
              "NumPy has the kernel's algebra too")
        least = {name: min(those) for name, those in seconds.items()}
        target_met("times NumPy", 4, least["NumPy, chunked"] / least["bandwise"])
        for numba_form in ("Numba, a logistic a cell", "Numba, the kernel's algebra"):
            target_met(f"times {numba_form}", 3, least[numba_form] / least["bandwise"])
    alone = []

    def votes():
        answer = bandwise.ask("votes")
        alone.append(answer["votes_alone"][0])
        return answer["seconds"][0]

    seconds = in_turns(rounds, {
        "bandwise: votes and counts": votes,
        "Numba: votes and counts": clocked(cell_numba.numba_given, e, values, luck),
        "NumPy: votes and counts": clocked(cell.numpy_given, e, values, luck),
        "bandwise: sampling": bandwise.seconds("sampling"),
        "NumPy's generator: sampling": clocked(drawn, of, wards, n),
        "bandwise: vector exp alone": bandwise.seconds("exponentials"),
    })
    evaluations = bandwise.ask("exponentials")["evaluations"]
    cells = n * wards * e.n_groups
    table("cell: its parts, 1 core", seconds, "bandwise: votes and counts",
          f"vector exp alone: {evaluations:,} evaluations, as many as the plain form has logistics")
    kernel, exp = min(alone), min(seconds["bandwise: vector exp alone"])
    print(f"kernel: expected votes alone {1e3 * kernel:.2f} ms, {1e9 * kernel / cells:.2f} ns a ward, group and "
          f"draw; vector exp {1e9 * exp / evaluations:.2f} ns each")
    target_met("kernel against as many vector exp as the plain form has logistics", 2, kernel / exp, most=True)
    counted = min(seconds["bandwise: votes and counts"])
    print(f"  against one vector exp a ward, group and draw: {kernel / (exp / evaluations * cells):.2f} times; "
          f"votes and counts against as many as logistics: {counted / exp:.2f} times")


def drawn(of, wards, n):
    generator = np.random.Generator(np.random.SFC64(1))
    cell.sample(generator, of, n)
    luck = np.empty((3, wards, 1024))
    for _ in range(0, n, 1024):
        generator.standard_normal(out=luck)


def of_household(bandwise, folder, rounds):
    homes = household.Homes(folder)
    homes.frame = pl.DataFrame(homes.columns)
    homes.one_by_one()
    values = np.fromfile(folder / "household-values.f64").reshape(19, -1)
    moods = np.fromfile(folder / "household-luck.f64").reshape(homes.n_wards, -1)
    found = np.fromfile(folder / "household-outcomes.f64")

    def numpy_groups():
        return household.numpy_grouped(homes.by_bincount(), values, moods)

    def numba_groups():
        return household.numba_grouped(homes.by_numba(), values, moods)

    def polars_groups():
        return household.numpy_grouped(homes.by_polars(), values, moods)

    for name, work in (("NumPy in groups", numpy_groups), ("Numba in groups", numba_groups),
                       ("Python Polars, then NumPy", polars_groups),
                       ("Numba home by home", lambda: household.numba_each(homes, values, moods)),
                       ("NumPy home by home", lambda: household.numpy_each(homes, values, moods))):
        gap = np.abs(work() - found).max()
        assert gap < 1e-9, f"{name}: expected yes shares differ by {gap}"
        print(f"household: {name} and bandwise: expected yes shares within {gap:.1e}")
    each = bandwise.ask("household-each", 2)
    assert each["furthest_from_groups"] < 1e-9, each
    print(f"household: bandwise home by home and in groups: within {each['furthest_from_groups']:.1e}")
    seconds = in_turns(rounds, {
        "bandwise: group, sample, vote, count": bandwise.seconds("household-groups"),
        "bandwise: grouping alone": bandwise.seconds("household-grouping"),
        "Numba: group, vote": clocked(numba_groups),
        "NumPy: group, vote": clocked(numpy_groups),
        "Python Polars: group; NumPy: vote": clocked(polars_groups),
        "Numba: grouping alone": clocked(homes.by_numba),
        "NumPy: grouping alone": clocked(homes.by_bincount),
        "Python Polars: grouping alone": clocked(homes.by_polars),
    })
    table("household: 100,000 homes x 1,000 draws by groups, 1 core", seconds,
          "bandwise: group, sample, vote, count")
    target_met("milliseconds by groups", 10,
               1e3 * min(seconds["bandwise: group, sample, vote, count"]), most=True)
    pool = ThreadPoolExecutor(2)
    seconds = in_turns(2, {
        "bandwise": bandwise.seconds("household-each", 2),
        "Numba": clocked(household.on_threads, pool, 2, household.numba_each, homes, values, moods),
        "NumPy, chunked": clocked(household.on_threads, pool, 2, household.numpy_each, homes, values,
                                  moods),
    })
    table("household: 100,000 homes x 1,000 draws home by home, 2 cores", seconds, "bandwise")
    target_met("times Numba", 1, min(seconds["Numba"]) / min(seconds["bandwise"]))


def of_schedule(program, rows, rounds, profile):
    runs, size = schedule.measure(program, rows, rounds)
    seconds = {name: [wall for wall, _, _ in those] for name, those in runs.items()}
    table(f"schedule: {rows:,} rows, {size:,.0f} MB of CSV, to cells and tax base, whole processes",
          seconds, "bandwise",
          f"all three give the same cells, refuse the same {len(schedule.BAD)} rows and have the same tax "
          f"base" + ("; profile dev: polars inside bandwise is not optimised" if profile == "dev" else ""))
    for name, those in runs.items():
        _, cpu, memory = (statistics.median(column) for column in zip(*those))
        print(f"{name}: {cpu:.2f} processor seconds, {memory:,.0f} MB")


def of_cold(program, folder, rounds, profile):
    with tempfile.TemporaryDirectory() as out:
        here = Path(out)

        def process(*command):
            def once():
                return schedule.timed([str(part) for part in command])[0]
            return once

        python = [sys.executable, Path(__file__).with_name("cold.py"), folder, here / "cell.csv"]
        seconds = in_turns(rounds, {
            "bandwise run, all outputs": process(program, "run", "--out", here / "run", "--force"),
            "bandwise run, no Parquet": process(program, "run", "--out", here / "csv", "--force",
                                                "--format", "csv"),
            "Python: imports, cell job, one CSV": process(*python),
            "bandwise scenarios": process(program, "scenarios"),
            "Python: imports alone": process(sys.executable, "-c",
                                             "import numpy, scipy.stats, polars"),
        })
        table("cold start: whole processes", seconds, "bandwise run, all outputs",
              "profile dev: polars inside bandwise is not optimised" if profile == "dev" else "")


def can_sweep(program):
    return subprocess.run([program, "sweep", "--help"], capture_output=True).returncode == 0


def of_national(program, folder, rounds, profile):
    sample = [cell.Electorate(stated)
              for stated in json.loads((folder / "authorities.json").read_text())]
    of = cell.priors()
    cells = sum(e.electors.size for e in sample)
    print(f"\nnational: the peers make the draws of {len(sample)} authorities (every 16th of 318, as far as it "
          f"holds a vote; {cells:,} wards x groups), times 16; they prepare nothing and write nothing")
    pool = ThreadPoolExecutor(2)

    def peer(sampled):
        sampled(sample[0], of, 1, 64)

        def once():
            begin = time.perf_counter()
            for one in [pool.submit(sampled, e, of, 1, CELL_DRAWS) for e in sample]:
                one.result()
            return 16 * (time.perf_counter() - begin)
        return once

    programs = {}
    with tempfile.TemporaryDirectory() as out:
        if can_sweep(program):
            def sweep():
                place = Path(out) / "sweep"
                shutil.rmtree(place, ignore_errors=True)
                wall, cpu, memory = schedule.timed([program, *SWEEP, "--all", "--threads", "2", "--out",
                                                    str(place)])
                print(f"bandwise sweep: {wall:.1f} s, {cpu:.1f} processor seconds, {memory:,.0f} MB")
                return wall
            programs["bandwise sweep"] = sweep
        else:
            print("this bandwise has no command `sweep`: not timed")
        programs["Numba, draws alone, scaled"] = peer(cell_numba.numba_sampled)
        programs["NumPy, draws alone, scaled"] = peer(cell.numpy_sampled)
        seconds = {name: [once() for _ in range(rounds)] for name, once in programs.items()}
    table("national: all authorities x wards x 10,000 draws, 2 cores", seconds, next(iter(seconds)))


def of_stages(bandwise, folder, rounds):
    answer = bandwise.ask("stages", 2, rounds, folder / "stages")
    print("\n== where the time of `bandwise run` with all outputs goes: Derby, 10,000 draws, 2 threads")
    rows = np.array(answer["seconds"]) * 1e3
    total = np.median(rows.sum(axis=1))
    print(f"{'':28} {'min ms':>9} {'median':>9} {'share':>7}")
    for name, column in zip(answer["stages"], rows.T):
        print(f"{name:28} {column.min():9.2f} {np.median(column):9.2f} {np.median(column) / total:7.1%}")
    print(f"{'all':28} {rows.sum(axis=1).min():9.2f} {total:9.2f}")


def of_scaling(bandwise, program, folder, rounds):
    """Measured points of cost against draws, groups and authorities, as CSV and a chart."""
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    sizes = {
        "draws": (2_000, 4_000, 8_000, 16_000, 32_000, 64_000),
        "groups": (64, 128, 256, 512, 1_024),
        "authorities": (10, 20, 40, 80, 160),
    }
    with open(ROOT / "data/vintages/2026-27/authorities.csv", newline="", encoding="utf-8") as file:
        codes = [row["authority_code"] for row in csv.DictReader(file)]
    if not can_sweep(program):
        print("this bandwise has no command `sweep`: no points against authorities")
        del sizes["authorities"]

    def seconds_of(kind, size):
        if kind != "authorities":
            return bandwise.ask(kind, 1, 1, size)["seconds"][0]
        with tempfile.TemporaryDirectory() as out:
            chosen = Path(out) / "authorities.txt"
            # Evenly through the list, so that the mix of kinds is alike at every size.
            chosen.write_text("".join(codes[at * len(codes) // size] + "\n" for at in range(size)))
            return schedule.timed([program, *SWEEP, "--authorities", str(chosen), "--threads", "1",
                                   "--out", str(Path(out) / "sweep")])[0]

    points = []
    for kind, all_sizes in sizes.items():
        times = {size: [] for size in all_sizes}
        for _ in range(1 if kind == "authorities" else max(2, rounds)):
            for size in all_sizes:
                times[size].append(seconds_of(kind, size))
        points += [(kind, size, min(those)) for size, those in times.items()]
    with open(folder / "scaling.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["against", "size", "seconds"])
        writer.writerows(points)
    words = {"draws": "draws of Derby (18 wards, all groups)", "groups": "groups in each of 18 wards, 10,000 draws",
             "authorities": "authorities of a sweep, 10,000 draws each"}
    figure, panels = plt.subplots(1, len(sizes), figsize=(4.4 * len(sizes), 4))
    print("\n== cost, one core: minimum of the runs")
    for panel, kind in zip(panels, sizes):
        x = np.array([size for one, size, _ in points if one == kind], dtype=float)
        y = np.array([seconds for one, _, seconds in points if one == kind])
        # Relative errors alike at every size.
        slope, start = np.polyfit(x, y, 1, w=1 / y)
        panel.plot(x, 1e3 * y, "o", label="measured")
        panel.plot(x, 1e3 * (start + slope * x), "-", label="line")
        panel.set(xlabel=words[kind], ylabel="milliseconds", ylim=(0, None), xlim=(0, None))
        panel.legend()
        off = np.abs(y / (start + slope * x) - 1).max()
        print(f"{kind:12} {', '.join(f'{int(a):,}: {1e3 * b:.1f} ms' for a, b in zip(x, y))}")
        print(f"{'':12} a straight line within {off:.0%}, {1e3 * slope:.4g} ms each")
    figure.tight_layout()
    figure.savefig(folder / "scaling.svg")
    print(f"points and chart: {folder / 'scaling.csv'}, {folder / 'scaling.svg'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--profile", default="dev")
    parser.add_argument("--jobs", default=",".join(JOBS), help=f"of: {', '.join(JOBS)}")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the job schedule")
    parser.add_argument("--rounds", type=int, default=15, help="turns of the short jobs")
    arguments = parser.parse_args()
    jobs = arguments.jobs.split(",")
    if strange := set(jobs) - set(JOBS):
        parser.error(f"no job {', '.join(sorted(strange))} (allowed: {', '.join(JOBS)})")
    folder = arguments.target / "peers-bench"
    folder.mkdir(exist_ok=True)
    program, server = executables(arguments.target)
    facts(arguments.profile)
    bandwise = Bandwise(server)
    written = bandwise.ask("write", 2, 1, folder)
    assert written["kernel_from_reference"] < 1e-12, written
    rounds, few = arguments.rounds, max(2, min(5, arguments.rounds // 3))
    if "cell" in jobs:
        of_cell(bandwise, folder, rounds)
    if "household" in jobs:
        of_household(bandwise, folder, rounds)
    if "schedule" in jobs:
        of_schedule(program, arguments.rows, few, arguments.profile)
    if "cold" in jobs:
        of_cold(program, folder, few, arguments.profile)
    if "national" in jobs:
        of_national(program, folder, 1, arguments.profile)
    if "stages" in jobs:
        of_stages(bandwise, folder, few)
    if "scaling" in jobs:
        of_scaling(bandwise, program, folder, few)
    bandwise.process.stdin.close()
    bandwise.process.wait()
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
