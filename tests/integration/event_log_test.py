"""The event log of a real daemon, read with gzip, pandas and plumbtool log."""

import csv
import gzip
import io
import itertools
import json
import os
import subprocess
import unittest

import pandas as pd
from sklearn import metrics as sk

from daemon import BIN, PATIENCE, ROOT, Daemon, wait_for
from event_log_case import EventLogCase

DATA = os.path.join(ROOT, "deploy/demo/elec2")
MODEL = "nsw-price-direction"


def elec2(name, count):
    with gzip.open(f"{DATA}/{name}.ndjson.gz", "rt") as f:
        return list(itertools.islice(f, count))


class EventLogTest(EventLogCase):
    def test_pandas_finds_the_figures_and_the_inputs_again(self):
        predictions, labels = elec2("predictions", 3000), elec2("labels", 2500)
        model = (f"models: [{{match: {MODEL}, positive_class: UP, "
                 "windows: [last_1000000]}]\n")
        with Daemon(self.config() + model) as daemon:
            for lines in (predictions, labels):
                self.assertEqual(daemon.post("".join(lines))[0], 200)
            results = daemon.model(MODEL)
            count = 5500 + sum(r["observations"] for r in results)
            self.assertTrue(wait_for(lambda: self.written(daemon) == count))
            self.assertEqual(
                daemon.metric("plumbline_event_log_files"), 1)
            # A file that is being written is read up to its last flush.
            self.assertEqual(len(self.rows()), count)
        log = pd.concat(
            pd.read_json(os.path.join(self.path, name), lines=True,
                         dtype={"id": str, "version": str})
            for name in self.files())
        for result in results:
            pairs = log[(log.kind == "observation") &
                        (log.version == result["version"])]
            self.assertEqual(len(pairs), result["observations"])
            metrics = result["metrics"]
            self.assertAlmostEqual(
                sk.accuracy_score(pairs.label, pairs.prediction),
                metrics["accuracy"], 12)
            self.assertAlmostEqual(
                sk.f1_score(pairs.label, pairs.prediction, average="macro"),
                metrics["f1_macro"], 12)
            self.assertAlmostEqual(
                sk.roc_auc_score(pairs.label == "UP", pairs.score),
                metrics["roc_auc_binary"], 3)
        # As sent, except the names of kind and time.
        for kind, sent in (("prediction", predictions), ("label", labels)):
            logged = {(r["id"], r.get("version")): r for r in self.records()
                      if r["kind"] == kind}
            for line in sent:
                event = json.loads(line)
                record = logged[event["id"], event.get("version")]
                del record["kind"], record["time"]
                wanted = {k: v for k, v in event.items()
                          if kind == "prediction" or k != "version"}
                self.assertEqual(record, wanted)
        # Both in one row.
        table = pd.read_csv(io.StringIO(self.tool("--joined", "--format", "csv")),
                            dtype={"id": str, "version": str})
        self.assertEqual(len(table), sum(r["observations"] for r in results))
        sent = {(event["id"], event["version"]): event
                for event in map(json.loads, predictions)}
        truth = {event["id"]: event for event in map(json.loads, labels)}
        for row in table.to_dict("records"):
            event = sent[row["id"], row["version"]]
            self.assertEqual(row["prediction"], event["prediction"])
            self.assertEqual(row["label"], truth[row["id"]]["label"])
            for name, value in event.get("features", {}).items():
                self.assertEqual(row["features." + name], value)
            for name, value in event["segments"].items():
                self.assertEqual(str(row["segments." + name]), value)
        wrong = self.rows("--joined", "--outcome", "actual=UP,predicted=DOWN")
        self.assertEqual(len(wrong), sum(
            result["confusion"][result["classes"].index("UP")][
                result["classes"].index("DOWN")] for result in results))
        self.assertEqual({(r["label"], r["prediction"]) for r in wrong},
                         {("UP", "DOWN")})

    def test_values_are_kept_and_not_their_spelling(self):
        event = ('{ "model" : "m\\u0061", "id":"\\u00e4\\"\\\\", '
                 '"prediction": true,\n "label" :1.50,\t"metadata":{"a": '
                 '[1.10, {"b ": null}], "big": 12345678901234567890123}, '
                 '"features": {"x": 1e-7, "y y": "a  b", "z": null}}')
        event = event.replace('"label" :1.50', '"label": false')
        body = "[" + event + ', {"model":"m","prediction":2,"label":2}]'
        with Daemon(self.config()) as daemon:
            status, answer = daemon.post(body, "application/json")
            self.assertEqual((status, answer["accepted"]), (200, 2))
        with gzip.open(os.path.join(self.path, self.files()[0]), "rt") as f:
            first = f.readline()
        self.assertIn('"metadata":{"a":[1.1,{"b ":null}],'
                      '"big":1.2345678901234568e+22}', first)
        self.assertIn('"features":{"x":1e-07,"y y":"a  b","z":null}', first)
        kinds = [(r["kind"], r.get("id")) for r in self.records()]
        self.assertEqual(kinds, [
            ("prediction", 'ä"\\'), ("label", 'ä"\\'), ("observation", 'ä"\\'),
            ("prediction", None), ("label", None), ("observation", None)])
        self.assertEqual(
            [(r["model"], r["prediction"], r["label"])
             for r in self.rows("--joined")],
            [("ma", "true", "false"), ("m", "2", "2")])

    def test_what_changes_nothing_is_not_logged(self):
        prediction = {"model": "m", "id": "a", "version": "1",
                      "prediction": "x", "timestamp": 1e9,
                      "scores": {"x": 0.75, "y": 0.25}}
        with Daemon(self.config()) as daemon:
            daemon.post([prediction, prediction, {**prediction, "version": "2"},
                         {"model": "m", "id": "a", "label": "x",
                          "timestamp": 1e9 + 5},
                         {"model": "m", "id": "a", "label": "x",
                          "timestamp": 1e9 + 5},
                         {"model": "m", "lable": "x"}])
            daemon.post([{"model": "m", "id": "a", "label": "y",
                          "timestamp": 1e9 + 9}])
        records = self.records()
        self.assertEqual([r["kind"] for r in records], [
            "prediction", "prediction", "label", "observation", "observation",
            "label", "observation", "observation"])
        pairs = [r for r in records if r["kind"] == "observation"]
        self.assertEqual([p["delay"] for p in pairs[:2]], [5, 5])
        self.assertEqual({p["version"] for p in pairs[:2]}, {"1", "2"})
        self.assertTrue(all(p["correction"] and p["label"] == "y"
                            for p in pairs[2:]))
        self.assertEqual(pairs[0]["scores"], {"x": 0.75, "y": 0.25})
        # One row per pair, with the final label.
        rows = self.rows("--joined", "--version", "2")
        self.assertEqual([(r["label"], r["correction"], r["delay"])
                          for r in rows], [("y", True, 5)])
        self.assertEqual(len(self.rows("--outcome", "actual=x")), 2)
        run = subprocess.run([os.path.join(BIN, "plumbtool"), "log", self.path,
                              "--model", "other"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertIn('the nearest: "m"', run.stderr)
        # A class of the other half is a valid question.
        for outcome in ("actual=X,predicted=x", "actual=x,predicted=other",
                        "predicted=X"):
            for flags in ((), ("--model", "m"), ("--joined",)):
                run = subprocess.run(
                    [os.path.join(BIN, "plumbtool"), "log", self.path,
                     "--outcome", outcome, *flags],
                    capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual((run.returncode, run.stdout), (2, ""))
                self.assertRegex(run.stderr, "--outcome .*=(X|other): no pair "
                                 '.*the nearest: "(x|y)", "(x|y)"')
        self.assertEqual(self.rows("--outcome", "predicted=y"), [])
        self.assertEqual(len(self.rows("--outcome", "actual= x ")), 2)
        self.assertEqual(self.rows("--to", "2020-01-01T00:00:00Z"), [])
        self.assertEqual(len(self.rows("--from", "1600000000")), 8)
        table = list(csv.DictReader(io.StringIO(
            self.tool("--joined", "--format", "csv"))))
        self.assertEqual([row["scores.y"] for row in table], ["0.25", "0.25"])

    def test_no_cell_is_a_formula(self):
        os.mkdir(self.path)
        texts = ["=1+1", "+a", "-b", "@c", "-5", "a=b"]
        with gzip.open(self.path + "/events-20260101T000000Z-1.ndjson.gz",
                       "wt") as f:
            for text in texts:
                f.write(json.dumps({
                    "kind": "prediction", "time": "2026-01-01T00:00:00.000Z",
                    "model": "m", "version": "1", "id": text,
                    "prediction": "a"}, separators=(",", ":")) + "\n")
        table = csv.DictReader(io.StringIO(self.tool("--format", "csv")))
        self.assertEqual([row["id"] for row in table],
                         ["'=1+1", "'+a", "'-b", "'@c", "-5", "a=b"])

    def test_an_id_that_is_used_again_is_another_pair(self):
        os.mkdir(self.path)
        def line(kind, time, **fields):
            return json.dumps({"kind": kind, "time": time, "model": "m",
                               "version": "1", "id": "u", **fields},
                              separators=(",", ":")) + "\n"
        def at(day):
            return f"2026-11-{day:02}T00:00:00.000Z"
        with gzip.open(self.path + "/events-20261101T000000Z-000001.ndjson.gz",
                       "wt") as f:
            f.write(line("prediction", at(1), prediction="a", features={"x": 1}))
            f.write(line("observation", at(2), prediction="a", label="a",
                         delay=60))
            f.write(line("observation", at(3), prediction="a", label="null",
                         correction=True))
            f.write(line("prediction", at(20), prediction="b",
                         features={"x": None}))
            f.write(line("observation", at(21), prediction="b", label="b"))
        rows = self.rows("--joined")
        self.assertEqual(
            [(r["time"], r["prediction"], r["label"], r["features"]["x"],
              r.get("delay")) for r in rows],
            [(at(2), "a", "null", 1, 60), (at(21), "b", "b", None, None)])
        self.assertEqual(len(self.rows("--joined", "--to", at(2))), 1)
        table = list(csv.DictReader(io.StringIO(
            self.tool("--joined", "--format", "csv"))))
        self.assertEqual([(row["label"], row["features.x"]) for row in table],
                         [("null", "1"), ("b", "")])

    def test_a_pair_is_found_in_whatever_spelling_its_halves_were_sent(self):
        # As an alias, as another spelling of a number, and padded.
        config = self.config() + "models: [{match: a, aliases: {up: UP}}]\n"
        sent = [("a", "up"), ("a", "DOWN "), ("b", True), ("b", 1), ("b", 1.0),
                ("c", 7), ("c", "7.0")]
        with Daemon(config) as daemon:
            for i, (model, value) in enumerate(sent):
                daemon.post([{"model": model, "version": 7.0, "id": float(i),
                              "prediction": value, "score": 0.5,
                              "features": {"i": i}},
                             {"model": model, "id": str(i), "label": value}])
        rows = self.rows("--joined", "--version", "7")
        self.assertEqual(sorted((row["features"]["i"], row["model"],
                                 row["prediction"]) for row in rows),
                         [(0, "a", "UP"), (1, "a", "DOWN"), (2, "b", "true"),
                          (3, "b", "true"), (4, "b", "true"), (5, "c", "7"),
                          (6, "c", "7")])
        self.assertEqual({(r["id"], r["version"]) for r in self.records()
                          if r["kind"] == "prediction"},
                         {(i, 7) for i in range(len(sent))})

    def test_a_reload_that_is_refused_changes_nothing(self):
        limits = "limits: {window_bytes: %s}\n"
        with Daemon(limits % "1MiB", args=["--web.enable-lifecycle"]) as daemon:
            daemon.post([{"model": "m", "id": "a", "prediction": "a"}])
            daemon.write_config(
                limits % "64KiB" + self.config() +
                "windows: [1h, 2h, 3h, 4h, 5h, 6h, 7h, last_1000000]\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 400)
            daemon.post([{"model": "m", "id": "b", "prediction": "a"}])
            self.assertNotIn("event_log", daemon.get("/metrics")[2].decode())

    def test_both_halves_of_a_pair_are_sampled_together(self):
        with Daemon(self.config("  sample: 0.3\n  records: "
                                "[prediction, label, observation]\n")) as daemon:
            ids = [f"id-{i}" for i in range(4000)]
            daemon.post([{"model": "m", "id": i, "prediction": "a"}
                         for i in ids])
            daemon.post([{"model": "m", "id": i, "label": "a"} for i in ids])
            daemon.post([{"model": "m", "prediction": "a", "label": "a"}] * 4000)
        kinds = {}
        for record in self.records():
            kinds.setdefault(record["kind"], []).append(record.get("id"))
        for kind in ("label", "observation"):
            self.assertEqual(sorted(kinds[kind], key=str),
                             sorted(kinds["prediction"], key=str))
        # Six standard deviations of the share.
        for kept in (set(kinds["label"]) - {None},
                     [i for i in kinds["label"] if i is None]):
            self.assertLess(abs(len(kept) / 4000 - 0.3), 6 * 0.0073)

    def test_hidden_fields_are_not_written(self):
        redact = ("  redact: [features.email, metadata, label, scores.b, "
                  "segments]\n")
        event = ('{"model":"m","prediction":"a","label":"secret1","features":'
                 '{"em\\u0061il":"secret2","age":7},"metadata":{"k":"secret3"},'
                 '"scores":{"a":0.5,"b":0.125},"segments":{"s":"secret4"}}')
        with Daemon(self.config(redact)) as daemon:
            self.assertEqual(daemon.post(event)[0], 200)
        self.assertNotIn("secret", json.dumps(self.records()))
        prediction, label, pair = self.records()
        self.assertEqual(prediction["features"],
                         {"email": "<redacted>", "age": 7})
        self.assertEqual(prediction["scores"], {"a": 0.5, "b": "<redacted>"})
        self.assertEqual(pair["scores"], {"a": 0.5, "b": "<redacted>"})
        self.assertEqual({label["label"], pair["label"],
                          prediction["metadata"]}, {"<redacted>"})


if __name__ == "__main__":
    unittest.main()
