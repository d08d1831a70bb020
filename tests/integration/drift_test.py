"""Drift without labels, compared with numpy and scipy on the same bins: synthetic
features, Elec2's predictions and scores week by week, a kill, and reloads."""

import collections
import gzip
import json
import math
import os
import random
import subprocess
import tempfile
import unittest

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

from daemon import BIN, PATIENCE, ROOT, Daemon

DATA = os.path.join(ROOT, "deploy/demo/elec2")
DAY_MS = 86_400_000
WEEK_S = 7 * 86_400
MONDAY = 1_699_833_600  # 2023-11-13T00:00:00Z


def psi(window, reference):
    w = np.where(window == 0, 0.0001, window / window.sum())
    r = np.where(reference == 0, 0.0001, reference / reference.sum())
    return float(np.sum((w - r) * np.log(w / r)))


def chi_squared(window, reference):
    table = np.array([window, reference])
    table = table[:, table.sum(axis=0) > 0]
    return stats.chi2_contingency(table, correction=False)[1]


def kolmogorov_smirnov(window, reference):
    w, r = window.sum(), reference.sum()
    distance = np.abs(np.cumsum(window) / w - np.cumsum(reference) / r).max()
    return stats.kstwobign.sf(math.sqrt(w * r / (w + r)) * distance)


def bins_of(reference):
    """(bin of a value, number of bins, ordered) by the reference. It has at most 512
    different numbers, so deciles are numbers of the reference."""
    numbers = sorted(v for v in reference
                     if isinstance(v, (int, float)) and not isinstance(v, bool))
    texts = [as_text(v) for v in reference if isinstance(v, (str, bool))]
    if len(numbers) >= len(texts):
        n = len(numbers)
        edges = {numbers[-(-i * n // 10) - 1] for i in range(1, 10)
                 } - {numbers[-1]} if numbers else set()
        for value, count in collections.Counter(numbers).items():
            if count * 10 > n:
                edges |= {value, np.nextafter(value, -np.inf)}
        edges = sorted(edges)
        def place(value):
            if value is None:
                return len(edges) + 2
            if isinstance(value, (str, bool)):
                return len(edges) + 1
            return int(np.searchsorted(edges, value))
        return place, len(edges) + 3, True
    names = list(dict.fromkeys(texts))[:22]
    def category(value):
        if value is None:
            return len(names) + 1
        text = as_text(value)
        return names.index(text) if text in names else len(names)
    return category, len(names) + 2, False


def as_text(value):
    return {True: "true", False: "false"}[value] if isinstance(
        value, bool) else value if isinstance(value, str) else None


def counts(values, place, size):
    return np.bincount([place(v) for v in values], minlength=size)


class DriftTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.directory.cleanup()

    def check(self, drift, window, reference, ordered):
        """`window` and `reference` are counts of the same bins."""
        self.assertEqual(drift["observations"]["window"], window.sum())
        self.assertEqual(drift["observations"]["reference"], reference.sum())
        test, p = (("kolmogorov_smirnov", kolmogorov_smirnov) if ordered else
                   ("chi_squared", chi_squared))
        wanted = {"psi": psi(window, reference),
                  "jensen_shannon": jensenshannon(
                      window / window.sum(), reference / reference.sum(), 2)}
        if ordered or np.count_nonzero(window + reference) > 1:
            wanted[test] = p(window, reference)
        self.assertEqual(set(drift) - {"observations"}, set(wanted))
        for name, value in wanted.items():
            self.assertLess(abs(drift[name] - value), 1e-9, name)

    def check_values(self, drift, window, reference):
        place, size, ordered = bins_of(reference)
        self.check(drift, counts(window, place, size),
                   counts(reference, place, size), ordered)

    def simulate(self, config, events, step):
        paths = []
        for name, text in (("c.yaml", config), ("events", events)):
            paths.append(os.path.join(self.directory.name, name))
            with open(paths[-1], "w") as f:
                f.write(text)
        run = subprocess.run(
            [BIN + "/plumbtool", "simulate", "--config.file", paths[0],
             "--step", step, paths[1]], capture_output=True, text=True,
            timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def features(self, rng, shifted):
        """Features of each kind; `shifted` after the reference."""
        amount = 0.1 * shifted
        made = {"wide": round(rng.gauss(amount, 1), 2),
                "few": rng.choice([1, 2, 2, 3]) + (shifted and rng.random() < .1),
                "city": rng.choice("abcdefgh" if shifted else "abcdef"),
                "flag": rng.random() < 0.5 + amount,
                "many": f"v{rng.randrange(40)}",
                "mixed": rng.choice([1.5, 2, "x", None])}
        if rng.random() < 0.05 + amount:
            del made["wide"]
        return made

    def test_every_kind_of_feature_is_as_numpy_and_scipy_say(self):
        names = ["wide", "few", "city", "flag", "many", "mixed", "never"]
        config = ("models: [{match: m, windows: [10m], positive_class: b, "
                  "drift: {features: [%s], reference: first_2000}}]"
                  % ", ".join(names))
        rng = random.Random(11)
        events, sent = [], []
        for i in range(6000):
            features = self.features(rng, i >= 4000)
            event = {"model": "m", "id": str(i), "timestamp": MONDAY + i,
                     "prediction": rng.choice("ab" if i < 2000 else "aabcd"),
                     "score": round(rng.betavariate(2, 3 - (i >= 2000)), 4)}
            # Half of the events have no features.
            if i % 2 == 0:
                event["features"] = {**features, "unasked": 3}
            events.append(event)
            sent.append(event)
        lines = self.simulate(config, "\n".join(map(json.dumps, events)), "10m")
        checked = 0
        for line in lines:
            end = int(np.datetime64(line["time"].rstrip("Z"), "s").astype(int))
            happened = [e for e in sent if e["timestamp"] <= end]
            if len(happened) < 2000:
                self.assertNotIn("drift", line)
                continue
            reference = sent[:2000]
            oldest = end // 10 - 59
            inside = [e for e in happened if e["timestamp"] // 10 >= oldest]
            drift = line["drift"]
            classes = ["a", "b", None]
            def predicted(events):
                return np.array([sum(e["prediction"] == c for e in events)
                                 for c in "ab"] +
                                [sum(e["prediction"] not in "ab"
                                     for e in events)])
            self.check(drift["prediction"], predicted(inside),
                       predicted(reference), False)
            def scores(events):
                return np.bincount([min(int(e["score"] * 20), 19)
                                    for e in events], minlength=20)
            self.check(drift["score"], scores(inside), scores(reference), True)
            # The first 2000 events with features.
            reference = [e for e in happened if "features" in e]
            inside = [e for e in reference[2000:] if e in inside]
            reference = reference[:2000]
            if not inside:
                continue
            checked += 1
            for name in names:
                values = [[e["features"].get(name) for e in of]
                          for of in (inside, reference)]
                if name == "few":
                    values = [[v if v is None else int(v) for v in of]
                              for of in values]
                self.check_values(drift["features"][name], *values)
            distances = [drift["features"][name]["psi"]
                         for name in drift["top_features"]]
            self.assertEqual(distances, sorted(distances, reverse=True))
            self.assertEqual(set(drift["top_features"]), set(names))
        self.assertGreaterEqual(checked, 3)

    def test_of_elec2_each_week_is_held_against_the_one_before(self):
        config = ("models: [{match: nsw-*, positive_class: UP, windows: [3d]}]")
        with gzip.open(f"{DATA}/predictions.ndjson.gz", "rt") as f:
            events = [e for e in map(json.loads, f) if e["version"] == "1"][:9000]
        times = np.array([np.datetime64(e["timestamp"][:19], "ms").astype(int) -
                          10 * 3_600_000 for e in events])
        up = np.array([e["prediction"] == "UP" for e in events])
        part = np.array([min(int(e["score"] * 20), 19) for e in events])
        weeks = (times // DAY_MS + 3) // 7
        slot = 3 * DAY_MS // 60
        checked = 0
        for line in self.simulate(
                config, "\n".join(map(json.dumps, events)), "1d"):
            now = int(np.datetime64(line["time"].rstrip("Z"), "ms").astype(int))
            done = times <= now
            week = weeks[done][-1]
            reference = weeks == week - 1
            if week == weeks[0]:
                self.assertNotIn("drift", line)
                continue
            inside = done & (times // slot >= now // slot - 59)
            def predicted(of):
                # Bins in the order in which classes came; none is unseen.
                return np.array([(up & of).sum(), (~up & of).sum(), 0])
            self.check(line["drift"]["prediction"], predicted(inside),
                       predicted(reference), False)
            self.check(line["drift"]["score"],
                       np.bincount(part[inside], minlength=20),
                       np.bincount(part[reference], minlength=20), True)
            checked += 1
        self.assertGreater(checked, 150)

    def test_it_is_the_same_after_a_kill(self):
        config = ("models: [{match: m, windows: [1h, last_10], drift: "
                  "{features: [x, c], reference: first_500}}]\n")
        storage = os.path.join(self.directory.name, "data")
        rng = random.Random(5)

        def events(name, count):
            return [{"model": "m", "id": f"{name}{i}",
                     "prediction": rng.choice("abc"),
                     "scores": {"a": 0.5, "b": round(rng.random() / 2, 3),
                                "c": 0.25},
                     "features": {"x": rng.gauss(0, 1), "c": rng.choice("uvw")}}
                    for i in range(count)]

        def shown(daemon):
            return {key: value for key, value in daemon.metrics().items()
                    if key[0].startswith("plumbline_drift")}

        with Daemon(config, storage=storage,
                    args=["--storage.checkpoint-bytes=20000"]) as daemon:
            daemon.post(events("a", 300))
            self.assertEqual(shown(daemon), {})
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            for i in range(6):
                daemon.post(events(f"b{i}", 100))
            before = shown(daemon)
            # Two distances, a p-value and two counts of each variable.
            self.assertEqual(len(before), 5 * 4)
            (result,) = daemon.model("m", window="1h")
            self.assertEqual(result["drift"]["score"]["observations"],
                             {"window": 900, "reference": 500})
            self.assertEqual(
                result["drift"]["features"]["x"]["observations"],
                {"window": 400, "reference": 500})
            (last,) = daemon.model("m", window="last_10")
            self.assertNotIn("drift", last)
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            self.assertEqual(shown(daemon), before)

    def test_a_reload_keeps_what_both_settings_have(self):
        def config(features, more="reference: first_100"):
            return ("models: [{match: m, windows: [1h], drift: "
                    f"{{features: [{features}], {more}}}}}]\n")

        def events(name, count):
            return [{"model": "m", "id": f"{name}{i}", "prediction": "ab"[i % 2],
                     "features": {"x": i, "y": i, "z": i}} for i in range(count)]

        def drift(daemon):
            (result,) = daemon.model("m")
            return result.get("drift")

        with Daemon(config("x, y"), args=["--web.enable-lifecycle"]) as daemon:
            def reload(text):
                daemon.write_config(text)
                self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            daemon.post(events("a", 100))
            daemon.post(events("b", 50))
            before = drift(daemon)
            self.assertEqual(before["features"]["y"]["observations"],
                             {"window": 50, "reference": 100})
            reload(config("z, y"))
            after = drift(daemon)
            self.assertEqual(after["features"], {"y": before["features"]["y"]})
            self.assertEqual(after["prediction"], before["prediction"])
            reload(config("y", "reference: first_20"))
            self.assertIsNone(drift(daemon))
            daemon.post(events("c", 30))
            after = drift(daemon)
            self.assertEqual(after["features"]["y"]["observations"],
                             {"window": 10, "reference": 20})
            self.assertEqual(after["prediction"]["observations"],
                             {"window": 180, "reference": 20})
            # A feature that is added later collects its own reference.
            reload(config("y, x", "reference: first_20"))
            daemon.post(events("later", 30))
            later = drift(daemon)
            self.assertEqual(later["features"]["x"]["observations"],
                             {"window": 10, "reference": 20})
            self.assertEqual(later["features"]["y"]["observations"],
                             {"window": 40, "reference": 20})
            reload(config("y", "reference: {from: 2020-01-01T00:00:00Z, to: "
                          "2020-02-01T00:00:00Z}"))
            daemon.post(events("d", 30))
            self.assertIsNone(drift(daemon))
            reload(config("y", "of: []"))
            self.assertIsNone(drift(daemon))

    def test_scores_of_another_class_have_another_reference(self):
        def config(positive):
            return (f"models: [{{match: m, windows: [1h], {positive} drift: "
                    "{reference: first_100}}]\n")

        def events(name):
            return [{"model": "m", "id": f"{name}{i}", "prediction": "a",
                     "scores": {"a": 0.9, "b": 0.1}} for i in range(150)]

        def scores(daemon):
            (result,) = daemon.model("m")
            return result["drift"].get("score")

        with Daemon(config(""), args=["--web.enable-lifecycle"]) as daemon:
            for positive in ("", "positive_class: b,", "positive_class: a,"):
                daemon.write_config(config(positive))
                self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
                if positive:
                    self.assertIsNone(scores(daemon))
                daemon.post(events(positive))
                self.assertEqual(scores(daemon)["observations"],
                                 {"window": 150, "reference": 100})
                self.assertLess(scores(daemon)["psi"], 1e-9)

    def test_what_was_not_there_is_told_apart_from_a_constant(self):
        def events(name, value):
            return [{"model": "m", "id": f"{name}{i}", "prediction": "a",
                     "features": {"x": value}} for i in range(100)]
        with Daemon("models: [{match: m, windows: [1h], drift: {features: [x], "
                    "reference: first_100}}]\n") as daemon:
            for name, value in (("a", 0), ("b", 5), ("c", -1e9)):
                daemon.post(events(name, value))
            (result,) = daemon.model("m")
            drift = result["drift"]["features"]["x"]
            self.check(drift, np.array([100, 0, 100]), np.array([0, 100, 0]),
                       True)


if __name__ == "__main__":
    unittest.main()
