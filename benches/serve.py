"""Load on the web page: many people who drag sliders at once, for a bounded time, on this machine only.

    python3 benches/serve.py PROGRAM [--users 50] [--seconds 30] [--settles 10]

Needs only Python. Starts PROGRAM's own server on a free port. Each user stands for a browser in which a
slider is dragged without a pause: as soon as one answer is there the next state is asked for, and every
tenth is broken off before it is answered, as a newer state does, and after every tenth the slider is let go:
then all results of 10,000 draws are asked for. Every user has an authority and a band of
their own. With --pause MILLISECONDS users wait so long between an answer and the next question.

Prints answers per second, the time to an answer (median, 95th and 99th percentile), what went wrong, and the
memory of the server at start, in the middle and at the end. Exits with 1 where anything went wrong.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote_plus

AUTHORITIES = ["Derby", "Sandwell", "Cardiff", "Westminster", "Cornwall", "Leeds", "Liverpool", "Nottingham",
               "Harrow", "Blackpool"]
BANDS = "ABCDEFGH"
BREAKS_OFF = 10


def memory(process: int) -> float:
    """Resident memory of a process, MB; nothing where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def state(user: int, step: int, settles: int) -> str:
    """A slider one notch further: one band's rise goes up and down between 0 and 40 percent."""
    moved = BANDS[user % len(BANDS)]
    notch = step % 160
    percent = (notch if notch <= 80 else 160 - notch) / 2
    rises = "".join(f"&rise-{band}={percent if band == moved else 5}" for band in BANDS)
    authority = quote_plus(AUTHORITIES[user % len(AUTHORITIES)])
    path = "/live" if settles and step % settles == 0 else "/quick"
    return f"{path}?authority={authority}&propose=bands{rises}&seed={user}"


class Counted:
    def __init__(self) -> None:
        self.took: list[float] = []
        self.broken_off = 0
        self.bytes = 0
        self.wrong: dict[str, int] = {}

    def note(self, what: str) -> None:
        self.wrong[what] = self.wrong.get(what, 0) + 1


async def answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    """The status and the length of an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length"))
    body = await reader.readexactly(length)
    whole = 'id="title"' in body.decode() or not head.startswith("http/1.1 200")
    return (int(head.split()[1]) if whole else 0), length


async def user(number: int, port: int, until: float, settings, counted: Counted) -> None:
    chance = random.Random(number)
    connection = None
    step = chance.randrange(160)
    while time.monotonic() < until:
        step += 1
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            reader, writer = connection
            target = state(number, step, settings.settles)
            asked = time.monotonic()
            writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            await writer.drain()
            if chance.randrange(BREAKS_OFF) == 0:
                await asyncio.sleep(chance.random() * 0.02)
                writer.close()
                connection = None
                counted.broken_off += 1
                continue
            status, length = await asyncio.wait_for(answer(reader), 60)
            counted.took.append(time.monotonic() - asked)
            counted.bytes += length
            if status != 200:
                counted.note(f"status {status}")
            if settings.pause:
                await asyncio.sleep(settings.pause / 1000)
        except (OSError, EOFError, TimeoutError) as error:
            counted.note(type(error).__name__)
            connection = None
    if connection is not None:
        connection[1].close()


async def load(port: int, process: int, settings) -> tuple[Counted, list[float]]:
    counted = Counted()
    until = time.monotonic() + settings.seconds
    users = [asyncio.create_task(user(number, port, until, settings, counted))
             for number in range(settings.users)]
    sizes = [memory(process)]
    # Once every user has been answered a few times, then in the middle, then at the end.
    for share in (0.2, 0.3, 0.5):
        await asyncio.sleep(settings.seconds * share)
        sizes.append(memory(process))
    await asyncio.gather(*users)
    return counted, sizes


def main() -> int:
    words = argparse.ArgumentParser(description="Load on the web page.")
    words.add_argument("program")
    words.add_argument("--users", type=int, default=50)
    words.add_argument("--seconds", type=float, default=30)
    words.add_argument("--settles", type=int, default=10, help="let go after so many moves (0: never)")
    words.add_argument("--pause", type=float, default=0, help="milliseconds between answer and next question")
    settings = words.parse_args()
    server = subprocess.Popen(
        [settings.program, "serve", "--port", "0", "--no-open"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
        port = int(address.rstrip("/").rsplit(":", 1)[1])
        counted, sizes = asyncio.run(load(port, server.pid, settings))
    finally:
        server.terminate()
        code = server.wait(20)
    took = sorted(counted.took)
    if not took:
        print(f"no answer at all: {counted.wrong}")
        return 1

    def percentile(share: float) -> str:
        return f"{1000 * took[min(len(took) - 1, int(share * len(took)))]:.0f} ms"

    print(f"{settings.users} users, {settings.seconds:g} s, {os.cpu_count()} cores")
    print(f"answers       {len(took)} ({len(took) / settings.seconds:.1f} a second, "
          f"{counted.bytes / len(took) / 1024:.0f} KiB each); {counted.broken_off} broken off")
    print(f"time          median {percentile(0.5)}, 95% {percentile(0.95)}, 99% {percentile(0.99)}, "
          f"longest {1000 * took[-1]:.0f} ms")
    print("memory        " + ", ".join(
        f"{when} {size:.0f} MB" for when, size in zip(["start", "20%", "half", "end"], sizes)))
    print(f"went wrong    {counted.wrong or 'nothing'}; exit code of the server {code}")
    return 0 if not counted.wrong and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
