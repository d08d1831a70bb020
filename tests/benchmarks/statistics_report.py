"""Runs statistics_bench and a simulation of the bundled data, and prints each cost
as a ratio to its baseline, measured in the same run.

usage: statistics_report.py BUILD_DIRECTORY
"""

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(ROOT, "deploy/demo/elec2")
REPETITIONS = 3
CONFIG = """
models:
  - {match: "nsw-*", positive_class: UP, windows: [1d, 7d, last_1000]}
"""
RATIOS = [  # name, what costs, against what, goal: at most
    ("prediction with 2 slices and a score, and label", "RichPair", "PlainPair",
     1.5),
    ("the same without decoding", "RichPairEngine", "PlainPairEngine", 1.5),
    ("a pair that everything watches", "WatchedPair", "PlainPair", 1.5),
    ("the same without decoding", "WatchedPairEngine", "PlainPairEngine", 1.5),
    ("the same, to a pair with a score that is counted", "WatchedPair",
     "ScoredPair", 1.5),
    ("the same without decoding", "WatchedPairEngine", "ScoredPairEngine", 1.5),
    ("a pair that everything and 8 features watch", "FeaturesPair",
     "PlainPair", 3),
    ("the same without decoding", "FeaturesPairEngine", "PlainPairEngine", 3),
    ("both in one event without an id", "RichWhole", "PlainWhole", 1.5),
    ("the same without decoding", "RichEngine", "PlainEngine", 1.5),
    ("scrape of 1,000 models, to the serializer", "Scrape", "Serialize", 1.5),
    ("simulating the bundled data, to parsing it", "Simulate", "ParseEvents", 4),
]


def simulate(build, config, files):
    begin = time.perf_counter()
    subprocess.run([f"{build}/daemon/plumbtool", "simulate", "--step", "1d",
                    "--config.file", config, *files], check=True,
                   stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main():
    (build,) = sys.argv[1:]
    seconds = {}
    with tempfile.TemporaryDirectory() as directory:
        files = []
        everything = os.path.join(directory, "all")
        with open(everything, "wb") as whole:
            for name in ("predictions", "labels"):
                files.append(os.path.join(directory, name))
                with gzip.open(f"{DATA}/{name}.ndjson.gz") as packed:
                    lines = packed.read()
                with open(files[-1], "wb") as f:
                    f.write(lines)
                whole.write(lines)
        config = os.path.join(directory, "plumbline.yaml")
        with open(config, "w") as f:
            f.write(CONFIG)
        for _ in range(REPETITIONS):
            result = subprocess.run(
                [f"{build}/tests/benchmarks/statistics_bench",
                 "--benchmark_format=json"], check=True, capture_output=True,
                env={**os.environ, "EVENTS": everything})
            for run in json.loads(result.stdout)["benchmarks"]:
                name = run["name"].split("/")[0].removeprefix("BM_")
                seconds.setdefault(name, []).append(1 / run["items_per_second"])
            seconds.setdefault("Simulate", []).append(
                simulate(build, config, files))
    print(f"{'costs':50}{'ratio':>8}{'goal':>6}")
    for name, measured, against, goal in RATIOS:
        ratio = statistics.median(
            m / a for m, a in zip(seconds[measured], seconds[against]))
        print(f"{name:50}{ratio:8.2f}{goal:6.1f}")


if __name__ == "__main__":
    main()
