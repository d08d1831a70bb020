"""Runs the benchmarks and prints each figure as a ratio to the limit measured
in the same run.

usage: report.py BUILD_DIRECTORY OUTPUT.json
"""

import json
import statistics
import subprocess
import sys

ROWS = [  # name, measured, limit, goal
    ("labelled events, in process", "LabelledWhole", "LabelledParseOnly", 0.5),
    ("joined events, in process", "JoinedWhole", "JoinedParseOnly", 0.4),
]


def main():
    build, output = sys.argv[1:]
    result = subprocess.run(
        [f"{build}/tests/benchmarks/in_process_bench", "--benchmark_format=json",
         "--benchmark_repetitions=3"],
        check=True, capture_output=True, text=True)
    runs = {}
    for run in json.loads(result.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            name = run["name"].split("/")[0].removeprefix("BM_")
            runs.setdefault(name, []).append(run["items_per_second"])
    rates = {name: statistics.median(values) for name, values in runs.items()}
    report = []
    for name, measured, limit, goal in ROWS:
        report.append({"name": name, "per_second": rates[measured],
                       "limit_per_second": rates[limit],
                       "ratio": rates[measured] / rates[limit], "goal": goal})
    print(f"{'':32}{'M/s':>8}{'limit':>8}{'ratio':>8}{'goal':>6}")
    for row in report:
        print(f"{row['name']:32}{row['per_second'] / 1e6:8.2f}"
              f"{row['limit_per_second'] / 1e6:8.2f}{row['ratio']:8.2f}"
              f"{row['goal']:6.2f}")
    with open(output, "w") as f:
        json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
