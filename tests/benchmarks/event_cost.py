"""The cost of one event: instructions, counted by callgrind, and time.

usage: event_cost.py BUILD [BUILD_BEFORE]

With a second build, of the commit before, it prints both and their ratio: that
of instructions, and the median and spread of that of times in alternating runs.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile

KINDS = ("labelled", "scored", "joined", "joined_scored")
BATCH = 1000
ROUNDS = 7


def program(build):
    return os.path.join(build, "tests/benchmarks/event_cost")


def instructions(build, kind, bodies):
    """Of the measured functions, with all that they call."""
    with tempfile.TemporaryDirectory() as directory:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             "--toggle-collect=measured_decode",
             "--toggle-collect=measured_commit",
             f"--callgrind-out-file={directory}/out",
             program(build), kind, str(bodies)],
            capture_output=True, text=True, check=True)
        return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def per_event(build, kind):
    """The difference of two runs, which cancels the cost of warming up."""
    few, many = 20, 60
    return (instructions(build, kind, many) -
            instructions(build, kind, few)) / ((many - few) * BATCH)


def nanoseconds(build, kind):
    return float(subprocess.run([program(build), kind, "300"],
                                capture_output=True, text=True,
                                check=True).stdout)


def main():
    builds = sys.argv[1:3]
    print("kind, instructions per event" +
          (" after, before, ratio; ratio of times: median (least to most)"
           if len(builds) == 2 else ""))
    for kind in KINDS:
        counts = [per_event(build, kind) for build in builds]
        line = f"{kind:14} " + " ".join(f"{n:8.0f}" for n in counts)
        if len(builds) == 2:
            ratios = sorted(nanoseconds(builds[0], kind) /
                            nanoseconds(builds[1], kind)
                            for _ in range(ROUNDS))
            line += (f"   {counts[0] / counts[1]:.3f}"
                     f"   {statistics.median(ratios):.3f}"
                     f" ({ratios[0]:.3f} to {ratios[-1]:.3f})")
        print(line, flush=True)


if __name__ == "__main__":
    main()
