"""Estimates: compared with a plain implementation, within their bounds as often as
promised, and on Elec2 as it drifts."""

import json
import os
import random
import subprocess
import tempfile
import unittest

import numpy as np
import pandas as pd

import estimates
from daemon import BIN, PATIENCE
from simulate_elec2_test import FILES, rows

DAY_MS = 86_400_000
SLOTS = 60
FIGURES = ("accuracy", "precision_binary", "recall_binary", "f1_binary")


def parts(name):
    return (name[:-7], "_binary") if name.endswith("_binary") else (name, "")


class EstimateElec2Test(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.directory.cleanup()

    def path(self, name, text):
        path = os.path.join(self.directory.name, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def simulate(self, config, step, files):
        run = subprocess.run(
            [BIN + "/plumbtool", "simulate", "--config.file",
             self.path("c.yaml", config), "--step", step, *files],
            capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = map(json.loads, run.stdout.splitlines())
        return [line for line in lines if "metrics" in line]

    def events(self, name, rows):
        """Rows of version, score, predicted and positive, one each second."""
        start = 1_700_000_000
        return self.path(name, "".join(
            '{"model":"m","version":"%s","id":"%d","timestamp":%d,"prediction":'
            '"%s","label":"%s","score":%r}\n'
            % (version, i, start + i, "UP" if predicted else "DOWN",
               "UP" if positive else "DOWN", score)
            for i, (version, score, predicted, positive) in enumerate(rows)))

    def check_coverage(self, lines, least):
        """Counts how often the figures lie within the bounds of their estimates."""
        inside, tried = dict.fromkeys(FIGURES, 0), dict.fromkeys(FIGURES, 0)
        for metrics in (line["metrics"] for line in lines):
            for name in FIGURES:
                base, average = parts(name)
                lower = metrics.get(f"estimated_{base}_lower_bound{average}")
                if lower is None or name not in metrics:
                    continue
                upper = metrics[f"estimated_{base}_upper_bound{average}"]
                tried[name] += 1
                inside[name] += lower <= metrics[name] <= upper
        shares = {name: inside[name] / tried[name] for name in FIGURES}
        print("within bounds:", shares, "of", tried["accuracy"])
        for name, share in shares.items():
            self.assertGreaterEqual(tried[name], least)
            self.assertTrue(0.93 <= share <= 0.97, (name, share))

    def test_of_true_scores_95_in_100_are_within_bounds(self):
        rng = np.random.default_rng(1)
        for a, b, threshold in ((1, 1, 0.5), (1, 5, 0.3)):
            n = 200_000
            scores = rng.beta(a, b, n).round(4)
            predicted = scores >= threshold
            positive = rng.random(n) < scores
            path = self.events("true", zip(["1"] * n, scores.tolist(), predicted,
                                           positive))
            lines = self.simulate(
                "slots_per_window: 10\nmodels: [{match: m, positive_class: UP, "
                "windows: [200s], anomalies: {metrics: []}}]", "200s", [path])
            self.check_coverage(lines, 900)

    def test_of_shuffled_elec2_95_in_100_are_within_bounds(self):
        joined = rows()
        # Calibrates on one half, and estimates windows of 400 of the other.
        events = []
        for version, part in joined.groupby("version"):
            values = list(zip(part.score, part.prediction == "UP",
                              part.label == "UP"))
            for shuffle in range(6):
                random.Random(shuffle).shuffle(values)
                events += [(f"{version}-{shuffle}", *value) for value in values]
        half = {}
        for version in {e[0] for e in events}:
            half[version] = sum(e[0] == version for e in events) // 2
        lines = self.simulate(
            "slots_per_window: 10\nlimits: {versions_per_model: 100}\n"
            "models: [{match: m, positive_class: UP, windows: [400s], "
            "anomalies: {metrics: []}}]", "400s",
            [self.events("shuffled", events)])
        second, seen = [], dict.fromkeys(half, 0)
        for line in lines:
            if line["observations"] < 300:
                continue
            seen[line["version"]] += line["observations"]
            if seen[line["version"]] > half[line["version"]]:
                second.append(line)
        self.check_coverage(second, 400)

    def test_on_elec2_the_gap_is_wide_wherever_version_1_is_wrong(self):
        for window_time in ("resolved", "prediction"):
            lines = self.simulate(
                'models: [{match: "nsw-*", positive_class: UP, windows: [7d], '
                "anomalies: {metrics: []}, window_time: %s}]" % window_time,
                "1d", FILES)
            lines = [line for line in lines if line["version"] == "1"]
            bad = [line["metrics"] for line in lines
                   if line["metrics"].get("accuracy", 1) < 0.65]
            gaps = [metrics["estimate_gap"]["accuracy"] for metrics in bad]
            print(window_time, len(gaps), "checkpoints, gap at most", max(gaps))
            self.assertGreater(len(gaps), 200)
            self.assertLess(max(gaps), -0.05)

    def test_on_elec2_every_figure_is_as_numpy_and_scikit_learn_say(self):
        joined = rows()
        joined["bin"] = estimates.bin_of(joined.score)
        joined["score"] = estimates.MIDDLES[joined.bin]
        events = []
        for row in joined.itertuples():
            base = {"model": "m", "id": row.id}
            events.append({**base, "version": row.version,
                           "prediction": row.prediction, "score": row.score,
                           "timestamp": row.timestamp / 1000})
        for row in joined.drop_duplicates("id").itertuples():
            events.append({"model": "m", "id": row.id, "label": row.label,
                           "timestamp": row.timestamp_label / 1000})
        path = self.path("events", "\n".join(map(json.dumps, events)))
        lines = self.simulate(
            "models: [{match: m, positive_class: UP, windows: [7d], "
            "anomalies: {metrics: []}}]", "1d", [path])
        used = set()
        for version, part in joined.groupby("version"):
            used |= self.check_version(
                part, [l for l in lines if l["version"] == version])
        self.assertEqual(used, {"none", "raw", "calibrated"})

    def test_without_a_calibration_estimates_are_means_of_the_scores(self):
        joined = rows()
        lines = self.simulate(
            'models: [{match: "nsw-*", positive_class: UP, windows: [7d], '
            "anomalies: {metrics: []}}]", "6h", FILES)
        checked = 0
        for version, part in joined.groupby("version"):
            start = part.timestamp.min()
            for line in (l for l in lines if l["version"] == version):
                end = pd.Timestamp(line["time"]).value // 1_000_000
                if end > start + 6 * DAY_MS or not line["metrics"]:
                    continue
                made = part[part.timestamp <= end]
                p, up = made.score, made.prediction == "UP"
                right = np.where(up, p, 1 - p)
                wanted = {"accuracy": right.mean(),
                          "precision_binary": p[up].sum() / up.sum(),
                          "recall_binary": p[up].sum() / p.sum(),
                          "f1_binary": 2 * p[up].sum() / (up.sum() + p.sum())}
                metrics = line["metrics"]
                for name, value in wanted.items():
                    if not np.isnan(value):
                        self.assertAlmostEqual(metrics["estimated_" + name],
                                               value, 9, name)
                self.assertEqual(metrics["score_calibrated"], 0)
                done = part[part.timestamp_label <= end]
                if len(done):
                    p = np.where(done.prediction == "UP", done.score,
                                 1 - done.score)
                    # Each score counts as the mean of its bin.
                    gap = (done.prediction == done.label).mean() - p.mean()
                    self.assertLess(
                        abs(metrics["estimate_gap"]["accuracy"] - gap), 0.01)
                checked += 1
        self.assertGreater(checked, 20)

    def check_version(self, part, lines):
        slot_ms = 7 * DAY_MS // SLOTS
        calibration = estimates.Calibration(56 * DAY_MS)
        made = part.sort_values("timestamp", kind="stable")
        done = part.sort_values("timestamp_label", kind="stable")
        slots = (done.timestamp_label // slot_ms).to_numpy()
        moments = np.sort(np.concatenate([made.timestamp, done.timestamp_label]))
        learnt, checked, used = -1, 0, set()
        for line in lines:
            end = pd.Timestamp(line["time"]).value // 1_000_000
            last = moments[np.searchsorted(moments, end, "right") - 1]
            # Pairs that have left the window by the last event.
            for slot in np.unique(slots[(slots > learnt) &
                                        (slots <= last // slot_ms - SLOTS)]):
                left = done[slots == slot]
                calibration.add(left.bin.to_numpy(),
                                (left.prediction == "UP").to_numpy(),
                                (left.label == "UP").to_numpy(),
                                (slot + 1) * slot_ms)
            learnt = max(learnt, last // slot_ms - SLOTS)
            first = end // slot_ms - SLOTS + 1
            inside = made[(made.timestamp // slot_ms >= first) &
                          (made.timestamp <= end)]
            pairs = done[(slots >= first) &
                         (done.timestamp_label <= end).to_numpy()]
            metrics = line["metrics"]
            if len(inside) == 0 or len(pairs) == 0:
                continue
            # Without a calibration, raw scores are used.
            self.assertEqual(metrics["score_calibrated"], calibration.judged)
            wanted = estimates.estimated(
                calibration, inside.bin.to_numpy(),
                (inside.prediction == "UP").to_numpy())
            gap, error = estimates.judged(
                calibration, pairs.bin.to_numpy(),
                (pairs.prediction == "UP").to_numpy(),
                (pairs.label == "UP").to_numpy())
            shown = {name: value for name, value in metrics.items()
                     if name.startswith("estimated_")}
            self.assertEqual(set(shown), set(wanted))
            for name, value in wanted.items():
                self.assertLess(abs(shown[name] - value), 1e-9, name)
            self.assertEqual(set(metrics["estimate_gap"]), set(gap))
            for name, value in gap.items():
                self.assertLess(abs(metrics["estimate_gap"][name] - value),
                                1e-9, name)
            errors = metrics["score_calibration_error"]
            self.assertEqual("calibrated" in errors, calibration.judged)
            if calibration.judged:
                self.assertLess(abs(errors["calibrated"] - error), 1e-9)
            self.assertEqual(errors["raw"],
                             metrics["expected_calibration_error"])
            used.add("none" if not calibration.judged else
                     "calibrated" if calibration.calibrates else "raw")
            checked += 1
        self.assertGreater(checked, 500)
        return used

if __name__ == "__main__":
    unittest.main()
