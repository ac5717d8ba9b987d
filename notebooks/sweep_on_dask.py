"""Runs the shards of `bandwise sweep` on a Dask cluster and merges them.

    python notebooks/sweep_on_dask.py OUT [options] -- SCENARIO... --all [options of bandwise sweep]

Needs `pip install distributed` (tests/peers/requirements.txt pins the version that is tested). Without
--scheduler it starts a cluster of its own on 127.0.0.1. With one, every worker needs the program and
sees the same folders, as on a cluster with a shared file system.

A shard is a plain `bandwise sweep --shard I/N` into OUT.shards/I. One that fails is started again, by
any worker: it goes on with what is done already. The merged files are those of the unsharded sweep,
byte for byte, so an engine changes the time that it takes and nothing else.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from distributed import Client, LocalCluster, as_completed


def run_shard(program: str, arguments: list[str], folder: str, shard: int, of: int) -> str:
    """Does one shard; what it says on its way is the error where it fails."""
    command = [program, "sweep", *arguments, "--shard", f"{shard}/{of}", "--out", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"shard {shard}/{of} ended with {done.returncode}: {done.stderr.strip()}")
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the merged results")
    parser.add_argument("--program", default="bandwise", help="the bandwise program (default: on the path)")
    parser.add_argument("--shards", type=int, default=8, help="how many shards (default 8)")
    parser.add_argument("--workers", type=int, default=2, help="workers of an own cluster (default 2)")
    parser.add_argument("--retries", type=int, default=2, help="how often a shard is started again (default 2)")
    parser.add_argument("--scheduler", help="address of a running Dask scheduler")
    parser.add_argument("sweep", nargs="+", help="arguments of bandwise sweep, after --")
    options = parser.parse_args()

    shards = options.out.resolve().with_name(options.out.name + ".shards")
    shards.mkdir(parents=True, exist_ok=True)
    # One thread a shard: the workers share out the cores.
    arguments = options.sweep if "--threads" in options.sweep else [*options.sweep, "--threads", "1"]
    cluster = None
    if options.scheduler is None:
        cluster = LocalCluster(
            host="127.0.0.1", n_workers=options.workers, threads_per_worker=1, dashboard_address=None
        )
    with Client(options.scheduler or cluster) as client:
        futures = [
            client.submit(
                run_shard, options.program, arguments, str(shards / str(shard)), shard, options.shards,
                retries=options.retries, pure=False,
            )
            for shard in range(1, options.shards + 1)
        ]
        failed = False
        for done, future in enumerate(as_completed(futures), 1):
            if future.status == "error":
                print(future.exception(), file=sys.stderr)
                failed = True
            else:
                print(f"{done} of {options.shards} shards", file=sys.stderr)
    if cluster is not None:
        cluster.close()
    if failed:
        return 1
    folders = [str(shards / str(shard)) for shard in range(1, options.shards + 1)]
    return subprocess.run([options.program, "merge", str(options.out), *folders]).returncode


if __name__ == "__main__":
    sys.exit(main())
