"""Runs the benchmarks and prints each figure as a ratio to the limit measured
in the same run. Over HTTP the load generator shares the machine's cores.

usage: report.py BUILD_DIRECTORY OUTPUT.json
"""

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPETITIONS = 3

IN_PROCESS = [  # name, measured, limit, goal
    ("labelled events, in process", "LabelledWhole", "LabelledParseOnly", 0.5),
    ("joined events, in process", "JoinedWhole", "JoinedParseOnly", 0.4),
]
# name, what is sent, events in a body, bodies, connections, limit, and the goal
# with each durability
OVER_HTTP = [
    ("labelled batches, 16 connections", "labelled", 1000, 1000, 16, "parse",
     {"memory": 0.4, "process": 0.35}),
    ("joined batches, 16 connections", "joined", 1000, 2500, 16, "parse",
     {"memory": 0.35, "process": 0.25}),
    ("single events, 64 connections", "joined", 1, 200_000, 64, "read",
     {"memory": 0.85, "process": 0.8}),
    ("single events, 16 connections", "joined", 1, 200_000, 16, "read",
     {"memory": 0.75, "process": 0.7}),
]
CONFIG = """windows: [5m, 1h, 24h, last_1000]
join: {memory_bytes: 4GiB, max_bytes: 4GiB}
storage: {durability: %s}
"""


def in_process(build):
    """Events per second of each benchmark, the median of some runs."""
    result = subprocess.run(
        [f"{build}/tests/benchmarks/in_process_bench", "--benchmark_format=json",
         f"--benchmark_repetitions={REPETITIONS}"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    runs = {}
    for run in json.loads(result.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            name = run["name"].split("/")[0].removeprefix("BM_")
            runs.setdefault(name, []).append(run["items_per_second"])
    return {name: statistics.median(values) for name, values in runs.items()}


def store(build, directory):
    """The results of store_bench, which compares within one run."""
    result = subprocess.run([f"{build}/tests/benchmarks/store_bench", directory],
                            check=True, stdout=subprocess.PIPE)
    return json.loads(result.stdout)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ready(port):
    """Whether it answers; for the daemon, whether it accepts events."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/-/ready")
        return connection.getresponse().status != 503
    except OSError:
        return False


def load(server, port, web, requests, mode, connections):
    """Requests per second that wrk has answered by the started server."""
    with subprocess.Popen(server, stderr=subprocess.DEVNULL) as process:
        try:
            while not ready(web):
                if process.poll() is not None:
                    raise RuntimeError(f"{server[0]} did not start")
                time.sleep(0.05)
            out = subprocess.run(
                ["wrk", "-t1", f"-c{connections}", "-d6s", "--timeout", "30s",
                 "-s", f"{HERE}/send.lua", f"http://127.0.0.1:{port}/v1/events",
                 "--", requests, mode, str(connections)],
                check=True, capture_output=True, text=True).stdout
        finally:
            process.terminate()
    result = json.loads(next(l for l in out.splitlines() if l.startswith("{")))
    if result["seconds"] <= 0:
        raise RuntimeError(f"{server[0]} did not answer all in the time given")
    if result["errors"]:
        raise RuntimeError(f"{result['errors']} requests failed: {server[0]}")
    return result["requests"] / result["seconds"]


def over_http(build, directory, durability, kind, events, bodies, connections,
              limit):
    """(events per second, those of the limit), the run whose ratio is median."""
    requests = os.path.join(directory, "requests")
    with open(requests, "wb") as f:
        subprocess.run([f"{build}/tests/benchmarks/make_requests", kind,
                        str(events), str(bodies)], check=True, stdout=f)
    config = os.path.join(directory, "plumbline.yaml")
    with open(config, "w") as f:
        f.write(CONFIG % durability)
    mode = "once" if kind == "joined" else "circle"
    runs = []
    for n in range(REPETITIONS):
        port, web = free_port(), free_port()
        reached = load([f"{build}/tests/benchmarks/http_limit", limit, str(port)],
                       port, port, requests, mode, connections)
        store = os.path.join(directory, f"store{n}")
        measured = load([f"{build}/daemon/plumbline", f"--config.file={config}",
                         f"--storage.path={store}",
                         f"--ingest.listen-address=127.0.0.1:{port}",
                         f"--web.listen-address=127.0.0.1:{web}"],
                        port, web, requests, mode, connections)
        runs.append((measured * events, reached * events))
        shutil.rmtree(store, ignore_errors=True)
    return sorted(runs, key=lambda run: run[0] / run[1])[REPETITIONS // 2]


def main():
    build, output = sys.argv[1:]
    report = []

    def add(name, measured, limit, goal):
        report.append({"name": name, "per_second": measured,
                       "limit_per_second": limit, "ratio": measured / limit,
                       "goal": goal})
        print(f"{name:46}{measured / 1e6:8.3f}{limit / 1e6:8.3f}"
              f"{measured / limit:8.2f}{goal:6.2f}", flush=True)

    print(f"{'events':46}{'M/s':>8}{'limit':>8}{'ratio':>8}{'goal':>6}")
    rates = in_process(build)
    for name, measured, limit, goal in IN_PROCESS:
        add(name, rates[measured], rates[limit], goal)
    with tempfile.TemporaryDirectory() as directory:
        for run in store(build, directory):
            add(run["name"], run["per_second"], run["limit_per_second"],
                run["goal"])
        for durability in ("memory", "process"):
            for name, *what, goals in OVER_HTTP:
                add(f"{name}, {durability}",
                    *over_http(build, directory, durability, *what),
                    goals[durability])
    with open(output, "w") as f:
        json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
