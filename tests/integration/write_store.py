"""Writes a store of the current format for former_store_test.py: several models
with all kinds of stored data, and the figures shown of it.

usage: write_store.py FORMAT (with PLUMBLINE_BIN)

tests/data/store_format_N.tar.gz has the store, the configuration, the time at which
to open it, and the models' part of /metrics at that time. Write a store before the
format changes; it then stays as it is."""

import glob
import gzip
import os
import random
import signal
import sys
import tarfile
import tempfile

from daemon import Daemon, ROOT

CONFIG = """
windows: [5m, 1h, last_20]
slots_per_window: 5
join: {max_bytes: 1MiB, memory_bytes: 256KiB}
limits: {matrix_classes: 4}
models:
  - match: scored
    positive_class: "yes"
    thresholds: [0.25, 0.5]
    slices: [[country], [country, device]]
    detectors: {adwin: {}, page_hinkley: {}, ddm: {}, hddm_a: {}}
    drift: {of: [prediction, score], features: [size, kind], reference: first_100}
  - match: classes
    aliases: {up: UP}
    window_time: prediction
  - match: numbers
    task: regression
    drift: {features: [size], reference: first_10}
"""
LAST = "2026-11-30 07:31:40"
TIMES = ["2026-11-30 06:10:00", "2026-11-30 07:20:00", "2026-11-30 07:30:20",
         LAST]


def environment(time):
    """The environment of a process with a stopped clock."""
    (faketime,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": faketime, "FAKETIME": time, "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def shown(daemon):
    """The models' part of /metrics, sorted."""
    lines = daemon.get("/metrics")[2].decode().splitlines()
    return sorted(line for line in lines
                  if line.startswith("plumbline_") and 'model="' in line and
                  "rejected_events" not in line)


def events_of(turn, rng):
    def scored(i):
        score = rng.randrange(101) / 100
        event = {"model": "scored", "version": "1" if i % 3 else "2",
                 "id": f"s{turn}-{i}", "score": score, "latency": i % 7 / 100,
                 "prediction": "yes" if score > 0.5 else "no",
                 "segments": {"country": rng.choice(["de", "fr"]),
                              "device": rng.choice(["a", "b"])}}
        if i % 2:
            event["features"] = {"size": rng.random() * 100,
                                 "kind": rng.choice(["x", "y", "z"])}
        if i % 5:
            right = rng.random() < (0.9 if turn < 2 else 0.6)
            event["label"] = event["prediction"] if right else "no"
        return event

    def classes(i):
        names = ["UP", "up", "DOWN", "FLAT"]
        scores = [rng.random() for _ in range(3)]
        named = dict(zip(("UP", "DOWN", "FLAT"), scores))
        return {"model": "classes", "version": "v", "id": f"c{turn}-{i}",
                "prediction": max(named, key=named.get),
                "scores": {name: p / sum(scores) for name, p in named.items()},
                **({"label": rng.choice(names)} if i % 4 else {})}

    def many(i):
        return {"model": "many", "prediction": f"class{rng.randrange(8)}",
                "label": f"class{rng.randrange(8)}"}

    def sets(i):
        def some():
            return rng.sample(["a", "b", "c", "d", "e"], rng.randrange(4))
        return {"model": "sets", "id": f"m{turn}-{i}", "prediction": some(),
                **({"label": some()} if i % 3 else {})}

    def numbers(i):
        value = rng.gauss(10, 4)
        return {"model": "numbers", "id": f"n{turn}-{i}", "prediction": value,
                "label": value + rng.gauss(0, 1),
                "features": {"size": rng.choice([1, 2, 3])}}

    lists = [[make(i) for i in range(n)] for make, n in
             ((scored, 250), (classes, 60), (many, 40), (sets, 30),
              (numbers, 40))]
    events = [event for one in lists for event in one]
    # Halves arrive separately, some labels first, and some are corrected.
    late = [{"model": e["model"], "id": e["id"], "label": e.pop("label")}
            for e in events if "id" in e and "label" in e and
            rng.random() < 0.5]
    early = [{"model": "scored", "id": f"early{turn}", "label": "yes"},
             {"model": "untold", "id": f"u{turn}", "label": turn}]
    corrected = [{**event, "label": "DOWN"} for event in late
                 if event["model"] == "classes"][:5]
    again = late[:5]
    return early + events + late + again + corrected


def write(directory):
    rng = random.Random(8)
    store = os.path.join(directory, "store")
    for turn, time in enumerate(TIMES):
        with Daemon(CONFIG, ["--web.enable-admin-api"], storage=store,
                    environment=environment(time)) as daemon:
            if turn == 2:
                # One model is deleted, and one version of another.
                daemon.post([{"model": "gone", "prediction": 1, "label": 1},
                             {"model": "scored", "version": "old",
                              "id": "old", "prediction": "yes"},
                             {"model": "scored", "id": "old", "label": "yes"}])
                for path in ("gone", "scored?version=old"):
                    status, _, body = daemon.get(f"/api/v1/models/{path}",
                                                 "DELETE")
                    assert status in (200, 204), (status, body)
            events = events_of(turn, rng)
            status, answer = daemon.post(events)
            assert status == 200 and not answer["rejected"], answer
            figures = shown(daemon)
            if turn + 1 == len(TIMES):
                # The journal has events that no checkpoint has.
                daemon.process.send_signal(signal.SIGKILL)
                daemon.process.wait()
    return figures


def main():
    with tempfile.TemporaryDirectory() as directory:
        figures = write(directory)
        for name, text in (("metrics", "\n".join(figures)), ("time", LAST),
                           ("config.yaml", CONFIG)):
            with open(os.path.join(directory, name), "w") as f:
                f.write(text + "\n")
        path = os.path.join(ROOT, f"tests/data/store_format_{sys.argv[1]}.tar")
        with tarfile.open(path, "w") as archive:
            for name in ("store", "metrics", "time", "config.yaml"):
                archive.add(os.path.join(directory, name), name,
                            filter=without_reserve)
        with open(path, "rb") as f, gzip.open(path + ".gz", "wb") as out:
            out.write(f.read())
        os.remove(path)


def without_reserve(entry):
    """Leaves out the reserve, which is only space, and the owners of files."""
    name = os.path.basename(entry.name)
    if name in ("reserve", "LOCK", "LOG") or name.endswith("tmp"):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main()
