"""The cost of the event log for ingest: the rate over HTTP with the log, as a ratio
to the rate without, in turns. The load takes all cores, so the log drops records.

usage: event_log_cost.py BUILD_DIRECTORY
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from report import CONFIG, free_port, load

ROUNDS = 5
GOAL = 0.7
KINDS = [("labelled", 1000, 1000), ("joined", 1000, 2500)]  # what, events, bodies


def rate(build, directory, requests, kind, log):
    config = os.path.join(directory, "plumbline.yaml")
    store = os.path.join(directory, "store")
    with open(config, "w") as f:
        f.write(CONFIG % "process")
        if log:
            f.write(f"event_log: {{path: {directory}/log}}\n")
    port, web = free_port(), free_port()
    requests_per_second = load(
        [f"{build}/daemon/plumbline", f"--config.file={config}",
         f"--storage.path={store}",
         f"--ingest.listen-address=127.0.0.1:{port}",
         f"--web.listen-address=127.0.0.1:{web}"],
        port, web, requests, "once" if kind == "joined" else "circle", 16)
    shutil.rmtree(store)
    shutil.rmtree(f"{directory}/log", ignore_errors=True)
    return requests_per_second


def main():
    build = sys.argv[1]
    for kind, events, bodies in KINDS:
        with tempfile.TemporaryDirectory() as directory:
            requests = os.path.join(directory, "requests")
            with open(requests, "wb") as f:
                subprocess.run([f"{build}/tests/benchmarks/make_requests", kind,
                                str(events), str(bodies)], check=True, stdout=f)
            ratios = []
            for _ in range(ROUNDS):
                without, logged = (
                    rate(build, directory, requests, kind, log)
                    for log in (False, True))
                ratios.append(logged / without)
                print(f"{kind}: {without * events / 1e6:.3f} M/s, with the event "
                      f"log {logged * events / 1e6:.3f}", flush=True)
            print(f"{kind}: ratio {statistics.median(ratios):.2f} (goal {GOAL})",
                  flush=True)


if __name__ == "__main__":
    main()
