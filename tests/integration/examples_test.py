"""The commands of README.md on a new daemon, and the examples of docs/event-log.md on
a log that is being written.

Examples that need packages of PyPI run if EVIDENTLY_PYTHON or TFMA_PYTHON names a
Python that has them, as in `make test-interop`.
"""

import gzip
import itertools
import json
import os
import re
import subprocess
import tempfile
import unittest

from daemon import BIN, PATIENCE, ROOT, Daemon, wait_for

DATA = os.path.join(ROOT, "deploy/demo/elec2")
MODEL = "nsw-price-direction"
PAIRS = 2500


def code(page, heading):
    """The text of each block of code under a heading."""
    found, fenced, here = [], False, False
    with open(os.path.join(ROOT, page)) as f:
        for line in f:
            if line.startswith("```"):
                fenced = not fenced
                if fenced and here:
                    found.append("")
            elif fenced and here:
                found[-1] += line
            elif not fenced and line.startswith("#"):
                here = line.strip("# \n") == heading
    return found


def run(command, directory):
    """The output of the command."""
    done = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, "PATH": BIN + ":" + os.environ["PATH"]})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class ReadmeTest(unittest.TestCase):
    def test_its_commands_work_on_a_new_daemon(self):
        start, post, read, _ = code("README.md", "Use it")
        self.assertEqual(start, "build/release/daemon/plumbline\n")
        with Daemon() as daemon:
            def as_pasted(text):
                # A test has its own ports.
                return run(["bash", "-c", text.replace(
                    "9350", str(daemon.ingest)).replace(
                    "9351", str(daemon.web)).replace(
                    "build/release/daemon/plumbtool query fraud",
                    "plumbtool query fraud --from "
                    f"http://127.0.0.1:{daemon.web}")], daemon.dir.name)

            answer = json.loads(as_pasted(post))
            self.assertEqual((answer["accepted"], answer["rejected"]), (2, 0))
            shown = as_pasted(read)
            self.assertIn('plumbline_observations_total{model="fraud",version="7"} 1',
                          shown)
            self.assertIn('fraud: classification', shown)
            self.assertIn('version "7"', shown)


class EventLogTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = directory.name
        cls.daemon = Daemon(
            f"event_log: {{path: {cls.directory}/log}}\nmodels: [{{match: {MODEL},"
            " positive_class: UP, windows: [last_1000000]}]\n")
        cls.addClassCleanup(cls.daemon.__exit__)
        for name in ("predictions", "labels"):
            with gzip.open(f"{DATA}/{name}.ndjson.gz", "rt") as f:
                lines = "".join(itertools.islice(
                    f, PAIRS * (2 if name == "predictions" else 1)))
            assert cls.daemon.post(lines)[0] == 200
        assert wait_for(lambda: cls.daemon.metric(
            "plumbline_event_log_records_total", kind="observation") == 2 * PAIRS)
        (name,) = os.listdir(cls.directory + "/log")
        assert name.endswith(".open")
        run(["bash", "-ec", *code("docs/event-log.md", "Reading it")],
            cls.directory)
        # By version.
        cls.figures = {result["version"]: result["metrics"]
                       for result in cls.daemon.model(MODEL)}

    def example(self, python, heading, then):
        """The output of an example with one more line of code."""
        (text,) = code("docs/event-log.md", heading)
        return run([python, "-c", text + then], self.directory)

    def test_pandas_and_scikit_learn(self):
        self.check_pandas("/usr/bin/python3")

    def check_pandas(self, python):
        printed = self.example(
            python, "pandas and scikit-learn",
            "\nprint(json.dumps({v: [len(p), (p.label == p.prediction).mean()]"
            " for v, p in pairs.groupby('version')}))")
        self.assertIn("macro avg", printed)
        found = json.loads(printed.splitlines()[-1])
        self.assertEqual(set(found), {"1", "2"})
        for version, (count, accuracy) in found.items():
            self.assertEqual(count, PAIRS)
            self.assertAlmostEqual(accuracy, self.figures[version]["accuracy"], 12)

    def pairs(self):
        return run(["plumbtool", "log", "log/", "--joined", "--version", "1"],
                   self.directory).splitlines()


class PackagesTest(EventLogTest):
    """Examples with PyPI packages, installed by `make test-interop`; see load_tests."""

    def test_pandas_of_pypi(self):
        self.check_pandas(os.environ["EVIDENTLY_PYTHON"])

    def test_evidently(self):
        printed = self.example(
            os.environ["EVIDENTLY_PYTHON"], "Evidently",
            "\nprint(result.json())\n")
        self.assertTrue(os.path.getsize(self.directory + "/report.html"))
        found = json.loads(printed[printed.index("{"):])
        values = {m["metric_name"]: m["value"] for m in found["metrics"]}
        labels = [json.loads(line)["label"] for line in self.pairs()]
        predicted = [json.loads(line)["prediction"] for line in self.pairs()]
        half = PAIRS // 2
        right = sum(a == b for a, b in zip(labels[half:], predicted[half:]))
        accuracy = next(value for name, value in values.items()
                        if name.startswith("Accuracy"))
        self.assertAlmostEqual(accuracy["value"] if isinstance(accuracy, dict)
                               else accuracy, right / (PAIRS - half), 9)

    def test_tensorflow_model_analysis(self):
        printed = self.example(
            os.environ["TFMA_PYTHON"], "TensorFlow Model Analysis", "")
        whole = next(line for line in printed.splitlines()
                     if line.startswith("() "))
        for name, figure in (("binary_accuracy", "accuracy"),
                             ("precision", "precision_binary"),
                             ("recall", "recall_binary")):
            value = float(re.search(
                rf"'{name}': {{'doubleValue': ([\d.]+)}}", whole)[1])
            self.assertAlmostEqual(value, self.figures["1"][figure], 9)


def load_tests(loader, _tests, _pattern):
    cases = [ReadmeTest, EventLogTest]
    if "EVIDENTLY_PYTHON" in os.environ:
        cases.append(PackagesTest)
    return unittest.TestSuite(map(loader.loadTestsFromTestCase, cases))


if __name__ == "__main__":
    unittest.main()
