"""Checks what is left on disk when the disk is full or read-only, and when a process is stopped or killed.

    python check_faults.py PROGRAM

Needs root on Linux, to mount small file systems in memory; says so and leaves the mounts out where it may
not. Whatever happens, results are there whole or not at all, an earlier result stays whole, and the message
says what, where and why.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

SIZES = ["16k", "200k", "1m", "4m"]
COMMANDS = {
    "run": "run --draws 4000",
    "compare": "compare williamson-2018 gentle-efgh --draws 400",
    "sensitivity": "sensitivity --draws 256",
    "frontier": "frontier gentle-efgh --draws 100 --search-draws 100",
}
SWEEP = "sweep gentle-efgh --authority Derby --authority Cardiff --draws 200 --jobs-per-part 1"
# What a process leaves behind that is none of the results.
HIDDEN = ".bandwise-"


@contextmanager
def disk(place: Path, options: str):
    """A file system in memory, mounted there."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def may_mount(folder: Path) -> bool:
    """Whether file systems can be mounted here: root in a container often may not."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    try:
        with disk(folder / "tried", "size=16k"):
            return True
    except subprocess.CalledProcessError:
        return False


def run(program: str, words: str, out: Path | None = None, **more) -> subprocess.CompletedProcess:
    """What a command does; `out` is where its results go."""
    place = [] if out is None else ["--out", str(out)]
    return subprocess.run([program, *words.split(), *place], capture_output=True, text=True, **more)


def files(folder: Path) -> dict[str, str]:
    """Every file under a folder with the SHA-256 of its bytes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def is_whole(folder: Path) -> None:
    """Every file that the data package describes is there as described, and no other."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    described = {one["path"]: one["hash"].removeprefix("sha256:") for one in package["resources"]}
    found = files(folder)
    del found["datapackage.json"]
    assert found == described, found.keys() ^ described.keys()


def refused(done: subprocess.CompletedProcess, place: Path, why: str) -> None:
    """One line that says where and why, and exit code 73."""
    assert done.returncode == 73, (done.returncode, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith(f"bandwise: {place}") and lines[-1].endswith(why), lines
    assert HIDDEN not in done.stderr, "no folder that nobody asked for is named"


def full_disk(program: str, folder: Path) -> int:
    """Commands on disks that are too small, without and with an earlier result."""
    full, faults = "cannot write: the disk is full", 0
    for name, words in COMMANDS.items():
        for size in SIZES:
            with disk(folder / "small", f"size={size}") as small:
                done = run(program, words, small / "o")
                if done.returncode == 0:
                    is_whole(small / "o")
                else:
                    refused(done, small / "o", full)
                    assert not os.listdir(small), (name, size, os.listdir(small))
                    faults += 1
    with disk(folder / "small", "size=1m") as small:
        earlier = run(program, "run --draws 100 --format csv", small / "o")
        assert earlier.returncode == 0, earlier.stderr
        before = files(small)
        refused(run(program, "run --draws 20000 --force", small / "o"), small / "o", full)
        assert files(small) == before, "an earlier result stays as it was"
        faults += 1
    with disk(folder / "small", "size=64k") as small:
        homes = small / "homes.csv"
        words = f"households {homes} --authority Derby --synthetic 5000"
        refused(run(program, words), homes, full)
        assert not os.listdir(small)
        refused(run(program, SWEEP, small / "s"), small / "s", full)
        faults += 2
    with disk(folder / "small", "size=100k") as small:
        homes = folder / "homes.csv"
        words = f"households {homes} --authority Derby"
        assert run(program, f"{words} --synthetic 5000").returncode == 0
        done = run(program, words, small / "o")
        refused(done, small / "o", full)
        assert not os.listdir(small)
        faults += 1
    # A sweep keeps its finished parts, and goes on from there when there is room.
    expected = run(program, SWEEP, folder / "whole")
    assert expected.returncode == 0, expected.stderr
    for size in ["150k", "400k"]:
        with disk(folder / "small", f"size={size}") as small:
            done = run(program, SWEEP, small / "s")
            if done.returncode:
                refused(done, small / "s", full)
                faults += 1
            subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
            again = run(program, SWEEP, small / "s")
            assert again.returncode == 0, again.stderr
            found = {name: digest for name, digest in files(small / "s").items() if not name.startswith(".")}
            of_whole = files(folder / "whole").items()
            assert found == {name: digest for name, digest in of_whole if not name.startswith(".")}
    return faults


def read_only(program: str, folder: Path) -> int:
    """A disk that cannot be written to, with an earlier result on it."""
    with disk(folder / "still", "size=8m") as still:
        assert run(program, "run --draws 100 --format csv", still / "o").returncode == 0
        before = files(still)
        subprocess.run(["mount", "-o", "remount,ro", str(still)], check=True)
        why = "cannot write: read-only filesystem or storage medium"
        for name, words in COMMANDS.items():
            refused(run(program, words, still / "new"), still / "new", why)
            refused(run(program, f"{words} --force", still / "o"), still / "o", why)
        refused(run(program, SWEEP, still / "s"), still / "s", why)
        refused(run(program, f"init {still / 'mine.toml'}"), still / "mine.toml", why)
        assert files(still) == before
    return 2 * len(COMMANDS) + 2


def mount_point(program: str, folder: Path) -> None:
    """A file system of its own as the folder of results, as in a container."""
    with disk(folder / "volume", "size=8m") as volume:
        for draws in ["100", "200"]:
            done = run(program, f"run --draws {draws} --format csv,json --force", volume)
            assert done.returncode == 0, done.stderr
            is_whole(volume)
            assert not [name for name in os.listdir(volume) if name.startswith(HIDDEN)]


def stopped(program: str, folder: Path) -> int:
    """Runs over an earlier result, stopped or killed at twenty moments each."""
    out = folder / "o"
    words = "run --draws 300 --format csv,parquet,json,html,charts"
    begun = time.monotonic()
    assert run(program, words, out).returncode == 0
    took = time.monotonic() - begun
    (out / "mine.txt").write_text("mine")
    ended = 0
    for which in [signal.SIGKILL, signal.SIGINT, signal.SIGTERM]:
        for moment in range(1, 21):
            command = [program, *words.split(), "--seed", str(moment), "--force", "--out", str(out)]
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(took * moment / 20)
            child.send_signal(which)
            code = child.wait()
            ended += code != 0
            assert (out / "mine.txt").read_text() == "mine"
            (out / "mine.txt").rename(folder / "aside.txt")
            is_whole(out)
            (folder / "aside.txt").rename(out / "mine.txt")
            left = [name for name in os.listdir(folder) if name.startswith(HIDDEN)]
            # A process that is killed, or stopped before it listens, cannot clear up: the next one does, but
            # for a folder that holds nothing and was never locked.
            held = [name for name in left if (folder / name / "lock").exists()]
            assert len(held) <= (code == -which), (which, moment, code, left)
            assert not [name for name in set(left) - set(held) if (folder / name / "results").exists()]
    return ended


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["BANDWISE_DATA_DIR"] = str(folder / "installed")
        ended = stopped(program, folder)
        if not may_mount(folder):
            print(f"{ended} runs stopped or killed: results whole (nothing can be mounted: full and read-only disks left out)")
            return
        faults = full_disk(program, folder) + read_only(program, folder)
        mount_point(program, folder)
    print(f"{ended} runs stopped or killed, {faults} on full or read-only disks: results whole or none")


if __name__ == "__main__":
    main()
