"""Event files of users, for replay, simulate and backfill."""

import gzip
import io
import json
import os
import pty
import subprocess
import tempfile
import threading
import time
import unittest

import pandas as pd

from daemon import BIN, PATIENCE, Daemon

NOON = 1_796_040_000  # 2026-11-30
T = NOON - 30 * 86400


def tool(*arguments, stdin=None):
    return subprocess.run([os.path.join(BIN, "plumbtool"), *arguments],
                          capture_output=True, text=True, timeout=PATIENCE,
                          input=stdin)


class Files(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.dir.cleanup()

    def file(self, name, data):
        path = os.path.join(self.dir.name, name)
        if isinstance(data, list):
            data = "".join(json.dumps(e) + "\n" for e in data)
        if isinstance(data, str):
            data = data.encode()
        with open(path, "wb") as f:
            f.write(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def simulate(self, *arguments, status=0, stdin=None):
        """The lines of the last step for the window last_1000."""
        run = tool("simulate", "--step", "1d", *arguments, stdin=stdin)
        self.assertEqual(run.returncode, status, run.stderr)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        lines = [x for x in lines if x.get("window") == "last_1000"]
        return [x for x in lines if x["time"] == lines[-1]["time"]], run.stderr

    def replay(self, daemon, *arguments):
        return tool("replay", *arguments, "--to",
                    f"http://127.0.0.1:{daemon.ingest}")


def pairs(n=4, model="m"):
    return [{"model": model, "id": str(i), "prediction": "y",
             "label": "y" if i % 4 else "n", "timestamp": T + i}
            for i in range(n)]


class FormatsTest(Files):
    def variants(self):
        events = pairs()
        lines = [json.dumps(e) for e in events]
        mark = b"\xef\xbb\xbf"
        yield "lines", "\n".join(lines).encode()
        yield "windows", "\r\n".join(lines).encode() + b"\r\n"
        yield "mac", "\r".join(lines).encode()
        yield "mark", mark + "\n".join(lines).encode()
        yield "array", json.dumps(events).encode()
        yield "array of lines", ("[\n" + ",\n".join(lines) + "\n]").encode()
        yield "pretty", json.dumps(events, indent=4).encode()
        yield "objects", "\n".join(json.dumps(e, indent=2)
                                   for e in events).encode()
        yield "packed under another name", gzip.compress(
            mark + json.dumps(events).encode())
        yield "members", b"".join(gzip.compress(line.encode() + b"\n")
                                  for line in lines)
        frame = pd.DataFrame(events)
        yield "csv", frame.to_csv(index=False).encode()
        yield "csv with an index", frame.to_csv().encode()
        yield "csv from a spreadsheet", mark + frame.to_csv(
            sep=";", lineterminator="\r\n").encode()
        yield "records", frame.to_json(orient="records").encode()
        yield "records in lines", frame.to_json(orient="records",
                                                lines=True).encode()

    def test_every_way_to_write_four_events_is_the_same_four(self):
        for name, data in self.variants():
            with self.subTest(name):
                (line,), _ = self.simulate(self.file("events", data))
                self.assertEqual(line["observations"], 4)
                self.assertEqual(line["metrics"]["accuracy"], 0.75)

    def test_all_tools_take_each(self):
        for i, (name, data) in enumerate(self.variants()):
            path = self.file(f"events{i}", data)
            with self.subTest(name), tempfile.TemporaryDirectory() as store:
                run = tool("backfill", path, "--storage.path", store)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(run.stdout, "4 events, 0 rejected\n")
        with Daemon() as daemon:
            for i, (name, _) in enumerate(self.variants()):
                with self.subTest(name):
                    run = self.replay(daemon,
                                      os.path.join(self.dir.name, f"events{i}"))
                    self.assertEqual(
                        run.stdout, "accepted 4, duplicates 0, rejected 0\n"
                        if i == 0 else "accepted 0, duplicates 4, rejected 0\n")

    def test_the_mark_of_the_second_file_costs_no_event(self):
        mark = b"\xef\xbb\xbf"
        a = self.file("a", mark + json.dumps(pairs(4)[0]).encode())
        b = self.file("b", mark + json.dumps(pairs(4)[1]).encode())
        (line,), _ = self.simulate(a, b)
        self.assertEqual(line["observations"], 2)
        with Daemon() as daemon:
            self.assertIn("accepted 2", self.replay(daemon, a, b).stdout)

    def test_the_standard_input_is_a_file(self):
        text = "".join(json.dumps(e) + "\n" for e in reversed(pairs()))
        (line,), _ = self.simulate("-", stdin=text)
        self.assertEqual(line["observations"], 4)
        with Daemon() as daemon:
            run = tool("replay", "-", "--to",
                       f"http://127.0.0.1:{daemon.ingest}", stdin=text)
            self.assertIn("accepted 4", run.stdout)

    def test_other_encodings_and_packers_are_named(self):
        text = "".join(json.dumps(e) + "\n" for e in pairs())
        for encoding, name in [("utf-16", "UTF-16"), ("utf-16-be", "UTF-16BE"),
                               ("utf-32", "UTF-32")]:
            run = tool("simulate", self.file("x", text.encode(encoding)))
            self.assertEqual(run.returncode, 2)
            self.assertIn(name, run.stderr)

    def test_columns_are_mapped(self):
        frame = pd.DataFrame({
            "request_id": [1, 2, 3, 4], "y_pred": [1, 0, 1, 1],
            "y_true": [True, False, None, False], "p1": [0.9, 0.2, 0.8, 0.6],
            "when": pd.to_datetime([T, T + 1, T + 2, T + 3], unit="s"),
            "country": ["de", "fr", "de", "de"], "model": ["car"] * 4})
        path = self.file("p.csv.gz", frame.to_csv(index=False))
        columns = ["--map", "id=request_id,prediction=y_pred,label=y_true",
                   "--map", "score=p1,timestamp=when,segments.country=country"]
        (line,), _ = self.simulate(path, *columns, "--constant", "model=m")
        self.assertEqual((line["model"], line["observations"]), ("m", 3))
        self.assertAlmostEqual(line["metrics"]["accuracy"], 2 / 3)
        for wrong, near in [("idd=request_id", "id"),
                            ("id=request_ids", "request_id")]:
            run = tool("simulate", path, "--map", wrong)
            self.assertEqual(run.returncode, 2)
            self.assertIn(f'the nearest: "{near}"', run.stderr)

    def test_predictions_and_labels_come_in_two_csv(self):
        predictions = self.file("p.csv", "rid,yhat,at\n" + "".join(
            f"{i},y,{T + i}\n" for i in range(4)))
        labels = self.file("l.csv", "rid,truth,at\n" + "".join(
            f"{i},{'y' if i else 'n'},{T + 9 + i}\n" for i in range(4)))
        (line,), _ = self.simulate(
            predictions, labels, "--constant", "model=m", "--map",
            "id=rid,prediction=yhat,label=truth,timestamp=at")
        self.assertEqual(line["observations"], 4)
        self.assertEqual(line["metrics"]["accuracy"], 0.75)

    def test_scores_with_an_empty_cell_are_left_out_as_those_with_nan(self):
        rows = [{"model": "m", "id": str(i), "prediction": "a", "label": "a",
                 "timestamp": T + i, "scores": {"a": 0.75, "b": 0.25}}
                for i in range(4)]
        rows[1]["scores"]["b"] = float("nan")
        table = pd.json_normalize(rows)
        for path in (self.file("e", rows),
                     self.file("e.csv", table.to_csv(index=False))):
            (line,), stderr = self.simulate(path)
            self.assertEqual(line["observations"], 4)
            self.assertIn("warning: scores_incomplete: 1 events", stderr)

    def test_ids_of_a_data_frame_with_a_gap_join_those_without(self):
        predictions = pd.DataFrame({
            "model": "m", "id": [1, 2, None, 3], "prediction": "y",
            "timestamp": [T, T + 1, T + 2, T + 3]})
        labels = pd.DataFrame({"model": "m", "id": [1, 2, 3], "label": "y",
                               "timestamp": [T + 7, T + 8, T + 9]})
        csv = predictions.to_csv(index=False)
        self.assertIn(",1.0,", csv)
        (line,), _ = self.simulate(
            self.file("p.csv", csv),
            self.file("l.csv", labels.to_csv(index=False)), status=1)
        self.assertEqual(line["observations"], 3)

    def test_columns_that_are_left_out_are_told_once_a_file(self):
        events = pd.DataFrame(pairs()).rename(columns={"label": "lable"})
        csv = self.file("a.csv", events.assign(weight=1).iloc[::-1].to_csv(
            index=False))
        other = self.file("b.csv", pd.DataFrame(pairs()).to_csv(index=False))
        told = (f"{csv}: left out, as no field has the name: lable "
                '(the nearest: "label"), weight\n')
        runs = [tool("simulate", csv, other, "--step", "1d"),
                tool("backfill", csv, other, "--storage.path",
                     self.dir.name + "/s")]
        with Daemon() as daemon:
            runs.append(self.replay(daemon, csv, other))
        for run in runs:
            self.assertEqual(run.stderr.count(told), 1, run.stderr)
            self.assertNotIn(f"{other}: left out", run.stderr)


class BadLinesTest(Files):
    BAD = ('{"model":"m","id":"1","prediction":"y","label":"y","timestamp":%d}\n'
           'nonsense\n'
           '{"model":"m","id":"2","prediction":"y","lable":"y"}\n'
           '{"model":"m","id":"3","prediction":"y","timestamp":\n'
           '{"model":"m","id":"4","prediction":"y","label":"n","timestamp":%d}\n'
           % (T, T))

    def test_each_is_named_and_ends_nothing(self):
        path = self.file("bad.ndjson", self.BAD)
        (line,), stderr = self.simulate(path, status=1)
        self.assertEqual(line["observations"], 2)
        with Daemon() as daemon:
            run = self.replay(daemon, path)
            self.assertEqual(run.returncode, 1)
            self.assertEqual(run.stdout,
                             "accepted 2, duplicates 0, rejected 3\n")
        for text in (stderr, run.stderr):
            self.assertIn(f"{path}:2: rejected: invalid_json", text)
            self.assertRegex(text, f"{path}:3: rejected: .*lable")
            self.assertIn(f"{path}:4: rejected: invalid_json", text)
            self.assertNotIn(f"{path}:5:", text)
            self.assertIn(f"{path}: 5 events, 3 rejected", text)

    def test_more_than_the_daemon_lists_are_named_and_counted(self):
        events = [{"model": "m", "prediction": "y", "label": 1.5,
                   "timestamp": T + i} for i in range(300)]
        path = self.file("e", events)
        with Daemon() as daemon:
            run = self.replay(daemon, path)
        self.assertEqual(run.stdout, "accepted 0, duplicates 0, rejected 300\n")
        self.assertIn(f"{path}:1: rejected: task_mismatch", run.stderr)
        self.assertIn("200 more", run.stderr)

    def test_what_the_daemon_does_not_list_is_of_no_file(self):
        good = [{"model": "m", "prediction": "y", "label": "y",
                 "timestamp": T + 2 * i} for i in range(150)]
        bad = [{**event, "label": 1.5, "timestamp": event["timestamp"] + 1}
               for event in good]
        paths = [self.file("good", good), self.file("bad", bad)]
        with Daemon() as daemon:
            run = self.replay(daemon, *paths)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stdout,
                         "accepted 150, duplicates 0, rejected 150\n")
        self.assertIn(f"{paths[0]}: 150 events, 0 rejected\n"
                      f"{paths[1]}: 150 events, 100 rejected\n"
                      "in unknown files: 50 rejected\n", run.stderr)
        self.assertIn("50 more of 300 events", run.stderr)

    def test_an_event_counts_once_for_each_kind_of_warning(self):
        events = pairs(60)
        for event in events:
            event["features"] = {"a": [1], "b": [2], "c": 3}
        path = self.file("e", events)
        few = self.file("few", events[:20])
        _, stderr = self.simulate(path)
        self.assertIn("warning: unusable_entry: 60 events, the first at "
                      f"{path}:1: features.a", stderr)
        with Daemon() as daemon:
            run = self.replay(daemon, few)
            self.assertIn("warning: unusable_entry: 20 events", run.stderr)
            # The answer lists a hundred warnings.
            run = self.replay(daemon, path)
            self.assertIn("warning: unusable_entry: at least 50 events",
                          run.stderr)

    def test_what_has_no_timestamp_is_one_bad_line(self):
        events = pairs()
        del events[1]["timestamp"]
        path = self.file("e", events)
        (line,), stderr = self.simulate(path, status=1)
        self.assertEqual(line["observations"], 3)
        self.assertIn(f"{path}:2: rejected: has no timestamp", stderr)

    def test_no_events_are_no_success(self):
        path = self.file("empty", "")
        for run in (tool("simulate", path),
                    tool("backfill", path, "--storage.path",
                         self.dir.name + "/s")):
            self.assertEqual(run.returncode, 1)
            self.assertIn("no events", run.stderr)


class ReplayTest(Files):
    def test_a_body_that_is_too_large_is_split_and_a_line_named(self):
        events = pairs(50)
        events[7]["metadata"] = {"text": "x" * 5000}
        path = self.file("e", events)
        with Daemon("limits: {body_bytes: 2KiB}\n") as daemon:
            run = self.replay(daemon, path)
            self.assertEqual(run.stdout,
                             "accepted 49, duplicates 0, rejected 1\n", run)
            self.assertIn(f"{path}:8: rejected: too_large", run.stderr)
        with Daemon("limits: {events_per_request: 7}\n") as daemon:
            self.assertIn("accepted 50", self.replay(daemon, path).stdout)

    def test_replay_and_simulate_of_the_same_files_agree(self):
        first = self.file("1", [{"model": "m", "id": "a", "prediction": "y",
                                 "label": "y", "timestamp": T}])
        second = self.file("2", [{"model": "m", "id": "a", "label": "n",
                                  "timestamp": T + 3600}])
        for files in ((first, second), (second, first)):
            (line,), _ = self.simulate(*files)
            self.assertEqual(line["metrics"]["accuracy"], 0)
            for more in ((), ("--rebase",)):
                with Daemon() as daemon:
                    self.replay(daemon, *files, *more)
                    (result,) = daemon.model("m", window="last_1000")
                    self.assertEqual(result["metrics"]["accuracy"], 0)

    def test_a_file_that_is_in_no_order_is_sent_in_order(self):
        # Only the last ten count, so the order matters.
        events = [{"model": "m", "id": str(i), "prediction": "y",
                   "label": "y" if i < 15 else "n", "timestamp": T + i}
                  for i in range(20)]
        path = self.file("e", events[10:] + events[:10])
        config = "windows: [last_10]\n"
        with Daemon(config) as daemon:
            self.replay(daemon, path)
            (result,) = daemon.model("m", window="last_10")
            self.assertEqual(result["metrics"]["accuracy"], 0.5)

    def test_rebase_keeps_the_order_of_labels(self):
        events = [{"model": "m", "id": "a", "prediction": "y",
                   "timestamp": T}]
        events += [{"model": "m", "id": "a", "label": label,
                    "timestamp": T + 1 + i} for i, label in enumerate("zyxab")]
        path = self.file("e", events)
        with Daemon() as daemon:
            run = self.replay(daemon, path, "--rebase")
            self.assertIn("accepted 6", run.stdout)
            (result,) = daemon.model("m", window="last_1000")
            actual = [result["classes"][i] for i, row
                      in enumerate(result["confusion"]) if any(row)]
            self.assertEqual(actual, ["b"])


class NamesTest(Files):
    def test_unknown_models_and_windows_are_errors_that_name_the_nearest(self):
        path = self.file("e", pairs(model="fraud"))
        for option, near in [(("--model", "fruad"), "fraud"),
                             (("--window", "last_100"), "last_1000")]:
            run = tool("simulate", path, *option)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertIn(f'the nearest: "{near}"', run.stderr)
        # A window by any spelling of its length.
        run = tool("simulate", path, "--window", "1d", "--step", "1d")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json.loads(run.stdout)["window"], "24h")


class BackfillTest(Files):
    def observations(self, store, model="m", window="last_1000"):
        with Daemon(storage=store) as daemon:
            status, _, body = daemon.get(f"/api/v1/models/{model}"
                                         f"?window={window}")
            if status == 404:
                return 0
            return json.loads(body)["results"][0]["observations"]

    def recent(self, n=5, model="m", before=3600):
        return [{"model": model, "id": str(i), "prediction": "y", "label": "y",
                 "timestamp": time.time() - before + i} for i in range(n)]

    def test_all_or_nothing(self):
        events = self.recent()
        lines = [json.dumps(e) + "\n" for e in events]
        bad = self.file("bad", "".join([lines[0], "{oops\n", *lines[2:]]))
        good = self.file("good", "".join(lines))
        store = self.dir.name + "/store"
        run = tool("backfill", bad, "--storage.path", store)
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"{bad}:2: rejected", run.stderr)
        self.assertIn("nothing was written", run.stderr)
        self.assertEqual(self.observations(store), 0)
        # A new store: the daemon has run on the other.
        store += "2"
        for path, status in ((bad, 1), (good, 0)):
            run = tool("backfill", path, "--storage.path", store)
            self.assertEqual(run.returncode, status, run.stderr)
        self.assertEqual(self.observations(store), 5)

    def test_what_the_state_rejects_counts_too(self):
        events = self.recent()
        events[3]["prediction"] = 1.5
        path = self.file("e", events)
        store = self.dir.name + "/store"
        run = tool("backfill", path, "--storage.path", store)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(
            run.stderr, f"{path}:4: rejected: task_mismatch: prediction is a "
            'number .*, and model "m" is a classification since')
        run = tool("backfill", path, "--storage.path", store, "--skip-rejected")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stdout, "5 events, 1 rejected\n")
        self.assertEqual(self.observations(store), 4)

    def test_a_store_that_was_filled_is_good_and_goes_on(self):
        store = self.dir.name + "/store"
        first = self.recent(3, before=7200)
        for events in (first, self.recent(5)):
            for event in events:
                event["id"] += str(event["timestamp"])
            run = tool("backfill", self.file("e", events), "--storage.path",
                       store)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(tool("check-storage", store).returncode, 0)
        self.assertEqual(self.observations(store), 8)
        with Daemon(storage=store) as daemon:
            answer = daemon.post(first)[1]
            self.assertEqual(answer["duplicates"], 3)


class TerminalTest(Files):
    def test_a_bar_shows_on_a_terminal_alone(self):
        path = self.file("e", pairs(4000))
        leader, follower = pty.openpty()
        with Daemon() as daemon:
            run = subprocess.Popen(
                [BIN + "/plumbtool", "replay", path, "--speed", "2000", "--to",
                 f"http://127.0.0.1:{daemon.ingest}"], stderr=follower,
                stdout=subprocess.PIPE)
            os.close(follower)
            seen = io.BytesIO()

            def read():
                try:
                    while data := os.read(leader, 4096):
                        seen.write(data)
                except OSError:
                    pass  # it has closed

            reader = threading.Thread(target=read)
            reader.start()
            self.assertIn(b"accepted 4000", run.communicate(timeout=PATIENCE)[0])
            reader.join()
            os.close(leader)
            self.assertRegex(seen.getvalue().decode(),
                             r"sending \[#*\.+\] +\d+%, \d+ events")
            quiet = self.replay(daemon, path)
            self.assertNotIn("sending", quiet.stderr)


if __name__ == "__main__":
    unittest.main()
