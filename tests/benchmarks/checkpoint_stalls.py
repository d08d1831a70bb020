"""The effect of checkpoints on latency: a minute of joined batches at full speed,
compared with the same load without a checkpoint.

usage: checkpoint_stalls.py BUILD_DIRECTORY [SECONDS]
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from large_store import Daemon

CONNECTIONS = 16
CONFIG = """windows: [5m, 1h, 24h, last_1000]
join: {memory_bytes: %s, max_bytes: %s}
"""
GOAL = 3


def load(build, seconds, memory, most, args=()):
    """The latencies, with the longest pause of the writer and how many
    checkpoints were seen."""
    with tempfile.TemporaryDirectory() as directory:
        daemon = Daemon(build, directory, CONFIG % (memory, most), args)
        try:
            with subprocess.Popen(
                    [f"{build}/tests/benchmarks/steady_load", str(daemon.ingest),
                     str(seconds), str(CONNECTIONS)],
                    stdout=subprocess.PIPE, text=True) as sender:
                pause, durations = 0, {0}
                while sender.poll() is None:
                    pause = max(pause, daemon.metric(
                        "plumbline_checkpoint_pause_seconds"))
                    durations.add(daemon.metric(
                        "plumbline_checkpoint_duration_seconds"))
                    time.sleep(0.2)
                result = json.load(sender.stdout)
        finally:
            daemon.process.terminate()
            daemon.process.wait()
    if result["errors"]:
        raise RuntimeError(f"{result['errors']} requests failed")
    return {**result, "pause": pause, "checkpoints": len(durations) - 1}


def show(name, result):
    print(f"{name}: {result['per_second'] / 1e6:.2f} M events/s, "
          f"{result['checkpoints']} checkpoints seen, answers in "
          f"{result['p50']:.1f} ms (p50), {result['p99']:.1f} (p99), "
          f"{result['p99.9']:.1f} (p99.9), {result['max']:.1f} (longest); "
          f"longest pause of the writer {result['pause'] * 1e3:.2f} ms",
          flush=True)


def main():
    build = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    # All dirty pairs stay in memory, so the time is limited by its size.
    without = load(build, min(seconds, 10), "8GiB", "8GiB",
                   ["--storage.checkpoint-bytes=100GiB"])
    show("without checkpoints", without)
    if without["checkpoints"]:
        raise RuntimeError("there were checkpoints")
    measured = load(build, seconds, "512MiB", "1GiB")
    show("with checkpoints", measured)
    if not measured["checkpoints"]:
        raise RuntimeError("there were no checkpoints")
    print(f"p99.9 {measured['p99.9'] / without['p99.9']:.2f} times that without "
          f"(goal: at most {GOAL})")


if __name__ == "__main__":
    main()
