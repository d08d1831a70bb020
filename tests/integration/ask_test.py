"""Requests to a running daemon: plumbtool query, find, delete, check-config --url,
and the API's answers that they use."""

import json
import os
import random
import subprocess
import tempfile
import unittest

from daemon import BIN, PATIENCE, Daemon, free_port


def tool(*args):
    return subprocess.run([os.path.join(BIN, "plumbtool"), *args],
                          capture_output=True, text=True, timeout=PATIENCE)


class AskTest(unittest.TestCase):
    CONFIG = """
windows: [1h, 24h, last_1000]
storage: {durability: process}
join: {horizon: 7d, label_horizon: 1h}
models:
  - match: "fraud"
    positive_class: True
    classes: [0.0, 1.0]
    objectives:
      - {metric: accuracy, window: 1d, min: 0.9, min_observations: 2}
"""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.CONFIG, args=["--web.enable-admin-api"])
        cls.web = f"http://127.0.0.1:{cls.daemon.web}"
        cls.daemon.post([
            {"model": "fraud", "version": "7", "id": "a/b", "prediction": 1,
             "score": 0.75},
            {"model": "fraud", "version": "8", "id": "a/b", "prediction": 0},
            {"model": "fraud", "version": "7", "id": "c", "prediction": 1,
             "label": 1},
            {"model": "fraud", "version": "7", "id": "d", "prediction": 1,
             "label": 0},
            {"model": "fraud", "id": "early", "label": 1}])

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()
        cls.daemon.__exit__()

    def api(self, path, method="GET"):
        status, _, body = self.daemon.get(path, method)
        return status, json.loads(body) if body else None

    def error(self, path, method="GET"):
        status, body = self.api(path, method)
        return status, body["error"]["code"], body["error"]["message"]

    def tool(self, *args):
        return tool(*args, "--url", self.web)

    def test_windows_are_found_by_any_spelling_of_their_length(self):
        for spelled, name in [("60m", "1h"), ("1d", "24h"), ("3600s", "1h")]:
            results = self.daemon.model("fraud", window=spelled)
            self.assertEqual({r["window"] for r in results}, {name})
        status, _ = self.api("/api/v1/models/fraud/history?window=1d")
        self.assertEqual(status, 200)

    def test_what_is_wrong_in_a_query_names_what_there_is(self):
        status, code, message = self.error("/api/v1/models/fraud?window=2h")
        self.assertEqual((status, code), (400, "invalid_query"))
        for window in ["1h", "24h", "last_1000"]:
            self.assertIn(f'"{window}"', message)
        status, code, message = self.error("/api/v1/models/fraud?windw=1h")
        self.assertEqual((status, code), (400, "invalid_query"))
        self.assertIn('no parameter "windw"', message)
        self.assertIn('the nearest: "window"', message)
        for query, named in [("window=1h&window=1h", "window is there twice"),
                             ("version=%zz", "version has a % without two hex digits")]:
            _, code, message = self.error(f"/api/v1/models/fraud?{query}")
            self.assertEqual(code, "invalid_query")
            self.assertIn(named, message)
        for query in ["step=7", "from=soon", "window=2h", "x=1", "step=1m&step=1m"]:
            status, code, _ = self.error(f"/api/v1/models/fraud/history?{query}")
            self.assertEqual((status, code), (400, "invalid_query"), query)

    def test_unknown_models_and_versions_name_the_nearest(self):
        for path in ["/api/v1/models/fruad", "/api/v1/models/fruad/history",
                     "/api/v1/models/fruad/ids/a"]:
            status, code, message = self.error(path)
            self.assertEqual((status, code), (404, "not_found"))
            self.assertIn('"fraud"', message)
        status, code, message = self.error("/api/v1/models/fraud?version=9")
        self.assertEqual((status, code), (404, "not_found"))
        self.assertIn('"7", "8"', message)
        status, _, message = self.error("/api/v1/models/fraud?version=9", "DELETE")
        self.assertEqual(status, 404)
        self.assertIn('"7", "8"', message)

    def test_an_id_is_known_until_its_label_and_after(self):
        status, known = self.api("/api/v1/models/fraud/ids/a%2Fb")
        self.assertEqual(status, 200)
        self.assertEqual([(p["version"], p["prediction"], p["waits"])
                          for p in known["predictions"]],
                         [("7", "1", True), ("8", "0", True)])
        self.assertEqual(known["predictions"][0]["score"], 0.75)
        self.assertIn("received", known["predictions"][0])
        self.assertIsNone(known["label"])

        _, known = self.api("/api/v1/models/fraud/ids/c")
        self.assertFalse(known["predictions"][0]["waits"])
        self.assertEqual(known["label"]["label"], "1")
        self.assertFalse(known["label"]["waits"])

        _, known = self.api("/api/v1/models/fraud/ids/early")
        self.assertEqual(known["predictions"], [])
        self.assertTrue(known["label"]["waits"])

        status, code, message = self.error("/api/v1/models/fraud/ids/never")
        self.assertEqual((status, code), (404, "not_found"))
        for path in ["/api/v1/models/fraud/ids/", "/api/v1/models/fraud/ids",
                     "/api/v1/models/fraud/ids/a/b"]:
            self.assertEqual(self.api(path)[0], 404, path)
        self.assertEqual(self.error("/api/v1/models/fraud/ids/c", "POST")[0], 405)
        self.assertEqual(self.error("/api/v1/models/fraud/ids/c?x=1")[:2],
                         (400, "invalid_query"))

    def test_find_tells_what_happens_next(self):
        waits = self.tool("find", "fraud", "a/b")
        self.assertEqual(waits.returncode, 0, waits.stderr)
        self.assertIn('version "7" predicted 1, score 0.7500', waits.stdout)
        self.assertIn("waits for its label until", waits.stdout)
        self.assertIn("Its label has joined", self.tool("find", "fraud", "c").stdout)
        self.assertIn("waits for a prediction",
                      self.tool("find", "fraud", "early").stdout)
        answer = json.loads(self.tool("find", "fraud", "c", "--json").stdout)
        self.assertEqual(answer["id"], "c")
        unknown = self.tool("find", "fraud", "never")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("nothing is remembered", unknown.stderr)

    def test_query_lists_models_or_shows_what_matters(self):
        models = self.tool("query")
        self.assertEqual(models.returncode, 0)
        self.assertIn("fraud", models.stdout)
        self.assertIn("classification", models.stdout)
        page = self.tool("query", "fraud")
        self.assertIn("classes 0, 1; positive class 1", page.stdout)
        self.assertIn("0.5000 (", page.stdout)
        self.assertIn("accuracy over 24h at least 0.9: MISSED, with 0.5000",
                      page.stdout)
        self.assertIn("matrix of", page.stdout)
        self.assertNotIn("specificity", page.stdout)
        self.assertIn("specificity", self.tool("query", "fraud", "--all").stdout)
        one = self.tool("query", "fraud", "--window", "60m", "--version", "8")
        self.assertIn("1h", one.stdout)
        self.assertNotIn("24h", one.stdout)
        self.assertNotIn('version "7"', one.stdout)
        listed = json.loads(self.tool("query", "--json").stdout)
        self.assertIn("fraud", [m["model"] for m in listed["models"]])
        unknown = self.tool("query", "fraud", "--window", "2h")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn('"24h"', unknown.stderr)

    def test_a_class_is_read_and_shown_in_one_spelling(self):
        _, models = self.api("/api/v1/models")
        fraud = next(m for m in models["models"] if m["model"] == "fraud")
        self.assertEqual(fraud["classes"], ["0", "1"])
        self.assertEqual(fraud["positive_class"], "1")

    def test_delete_forgets_a_version_or_a_model(self):
        for version in ["1", "2"]:
            self.daemon.post([{"model": "old", "version": version, "id": "x",
                               "prediction": "a"}])
        missing = self.tool("delete", "old", "--version", "3")
        self.assertEqual(missing.returncode, 1)
        self.assertIn('"1", "2"', missing.stderr)
        self.assertEqual(self.tool("delete", "old", "--version", "2").returncode, 0)
        _, known = self.api("/api/v1/models/old/ids/x")
        self.assertEqual([p["version"] for p in known["predictions"]], ["1"])
        self.assertEqual(self.tool("delete", "old").returncode, 0)
        self.assertEqual(self.api("/api/v1/models/old")[0], 404)

    def test_without_the_admin_api_delete_says_how_to_allow_it(self):
        with Daemon() as daemon:
            daemon.post([{"model": "m", "prediction": "a", "label": "a"}])
            result = tool("delete", "m", "--url", f"http://127.0.0.1:{daemon.web}")
            self.assertEqual(result.returncode, 1)
            self.assertIn("--web.enable-admin-api", result.stderr)

    def check(self, text, *args):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text)
            f.flush()
            return tool("check-config", f.name, *args)

    def test_check_config_shows_what_classes_are_read_as(self):
        result = self.check("models:\n  - match: m\n    classes: [0.0, 1]\n")
        self.assertEqual(result.returncode, 0)
        self.assertIn(':3: models[0].classes[0]: "0.0" is read as "0"',
                      result.stdout)

    def test_check_config_names_models_of_another_task(self):
        text = "models: [{match: 'fra*', task: regression}]"
        self.assertEqual(self.check(text).returncode, 0)
        result = self.check(text, "--url", self.web)
        self.assertEqual(result.returncode, 1)
        self.assertIn('model "fraud" is known as classification', result.stderr)
        self.assertIn(f"plumbtool delete --url {self.web} fraud", result.stderr)
        good = self.check(text.replace("regression", "classification"),
                          "--url", self.web)
        self.assertEqual(good.returncode, 0, good.stderr)

    def test_check_config_names_models_without_the_positive_class_they_had(self):
        with Daemon() as daemon:
            url = f"http://127.0.0.1:{daemon.web}"
            daemon.post([{"model": "m", "prediction": 1, "label": label}
                         for label in (0, 1, 2)])
            text = "models: [{match: m, classes: [0, 1, 2]}]"
            told = self.check(text, "--url", url)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn('model "m": the positive class was assumed', told.stdout)
            told = self.check(text.replace("match: m", "match: m, positive_class: 1"),
                              "--url", url)
            self.assertNotIn("positive class", told.stdout)


class SeveralDaemonsTest(unittest.TestCase):
    """Two daemons that share the events of a model, and one that has all."""
    CONFIG = """
windows: [1h, last_1000]
models:
  - match: "fraud"
    positive_class: yes
    objectives:
      - {metric: accuracy, window: 1h, min: 0.5}
"""

    @classmethod
    def setUpClass(cls):
        cls.daemons = [Daemon(cls.CONFIG) for _ in range(3)]
        cls.urls = [f"http://127.0.0.1:{d.web}" for d in cls.daemons]
        chosen = random.Random(1)
        for i in range(200):
            event = {"model": "fraud", "version": str(i % 2),
                     "prediction": chosen.choice(["yes", "no", "maybe"]),
                     "label": chosen.choice(["yes", "no", "maybe"]),
                     "score": chosen.random()}
            for daemon in cls.daemons[chosen.randrange(2)], cls.daemons[2]:
                status, answer = daemon.post([event])
                assert status == 200, answer
        cls.daemons[1].post([{"model": "rare", "prediction": "a", "label": "a"}])
        cls.daemons[0].post([{"model": "price", "prediction": 1.5, "label": 2}])
        cls.daemons[2].post([{"model": "price", "prediction": "a", "label": "b"}])

    @classmethod
    def tearDownClass(cls):
        for daemon in cls.daemons:
            daemon.stop()
            daemon.__exit__()

    def query(self, *args, of=(0, 1)):
        urls = [part for i in of for part in ("--url", self.urls[i])]
        return tool("query", *args, *urls)

    def answer(self, *args, of=(0, 1)):
        result = self.query(*args, "--json", of=of)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    @staticmethod
    def matrix(result):
        return {(a, p): n for a, row in zip(result["classes"], result["confusion"])
                for p, n in zip(result["classes"], row)}

    def test_what_daemons_share_adds_up_to_what_one_says(self):
        shared = self.answer("fraud")["results"]
        alone = self.answer("fraud", of=[2])["results"]
        self.assertEqual(len(shared), 4)
        for result, like in zip(shared, alone, strict=True):
            for key in ["version", "window", "segment", "observations"]:
                self.assertEqual(result[key], like[key])
            self.assertEqual(self.matrix(result), self.matrix(like))
            self.assertEqual(set(result["metrics"]),
                             {name for name in like["metrics"]
                              if not name.startswith(self.LEFT_OUT)})
            for name, value in result["metrics"].items():
                self.assertAlmostEqual(value, like["metrics"][name], 12, name)
            for name, figures in result["class_metrics"].items():
                self.assertEqual(figures, like["class_metrics"][name])

    LEFT_OUT = ("roc_auc", "average_precision", "log_loss", "brier_score",
                "expected_calibration_error", "score_", "estimate",
                "label_coverage")

    def test_true_and_1_are_one_class(self):
        for i, (prediction, label) in enumerate([(True, False), (1, 0), (1, 1)]):
            self.daemons[min(i, 1)].post([{"model": "bool", "prediction": prediction,
                                           "label": label}])
        result = self.answer("bool", "--window", "1h")["results"][0]
        self.assertEqual(self.matrix(result),
                         {("true", "true"): 1, ("true", "false"): 0,
                          ("false", "true"): 2, ("false", "false"): 0})
        listed = {m["model"]: m for m in self.answer()["models"]}["bool"]
        self.assertEqual((listed["classes"], listed["positive_class"]),
                         (["true", "false"], "true"))
        self.assertIn("classes true, false; positive class true",
                      self.query("bool").stdout)

    def test_models_of_all_daemons_are_listed(self):
        models = {m["model"]: m for m in self.answer()["models"]}
        self.assertEqual(set(models) - {"bool"}, {"fraud", "price", "rare"})
        self.assertEqual([(v["version"], v["predictions"], v["observations"])
                          for v in models["fraud"]["versions"]],
                         [("0", 100, 100), ("1", 100, 100)])
        listed = self.query()
        self.assertIn("rare", listed.stdout)

    def test_a_page_of_several_says_what_is_left_out(self):
        page = self.query("fraud")
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertIn('version "0": 100 predictions, 100 pairs', page.stdout)
        self.assertIn("objective accuracy over 1h at least 0.5: MISSED", page.stdout)
        self.assertIn("matrix of 1h", page.stdout)
        self.assertIn("left out, because the daemons' answers lack the data: "
                      "ROC AUC", page.stdout)
        table = self.query("fraud", "--all")
        self.assertIn("matthews_correlation", table.stdout)
        self.assertIn("left out", table.stdout)
        self.assertIn("left out", self.query("fraud", "--json").stderr)
        narrow = self.answer("fraud", "--version", "1", "--window", "60m")
        self.assertEqual([(r["version"], r["window"], r["observations"])
                          for r in narrow["results"]], [("1", "1h", 100)])

    def test_a_model_that_some_have_is_shown_and_one_that_none_has_is_not(self):
        alone = self.query("rare", "--json", of=[1])
        both = self.query("rare", "--json")
        self.assertEqual((both.returncode, both.stdout), (0, alone.stdout))
        self.assertEqual(both.stderr, "")
        unknown = self.query("fruad")
        self.assertEqual((unknown.returncode, unknown.stdout), (1, ""))
        for url in self.urls[:2]:
            self.assertIn(url, unknown.stderr)
        self.assertIn('"fraud"', unknown.stderr)

    def test_another_task_is_an_error_that_names_both_daemons(self):
        result = self.query("price", of=(0, 2))
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(self.urls[0], result.stderr)
        self.assertIn(self.urls[2], result.stderr)
        # It does not keep the others from being summed.
        self.assertEqual(self.query("fraud", of=(0, 2)).returncode, 0)

    def test_a_list_has_all_models_that_add_up_and_a_line_for_each_other(self):
        for args in [[], ["--json"]]:
            result = self.query(*args, of=(0, 1, 2))
            self.assertEqual(result.returncode, 1)
            line, = result.stderr.splitlines()
            for named in ['"price"', self.urls[0], self.urls[2]]:
                self.assertIn(named, line)
            for named in ["fraud", "rare"]:
                self.assertIn(named, result.stdout)
            self.assertNotIn("price", result.stdout)
        listed = json.loads(result.stdout)
        self.assertLessEqual({"fraud", "rare"}, {m["model"] for m in listed["models"]})

    def test_a_daemon_that_does_not_answer_leaves_no_sum(self):
        silent = f"http://127.0.0.1:{free_port()}"
        for args in [["fraud"], [], ["fraud", "--json"], ["fraud", "--all"]]:
            result = self.query(*args, "--url", silent, of=(0, 1))
            self.assertEqual((result.returncode, result.stdout), (1, ""), args)
            self.assertIn(silent, result.stderr)

    def test_a_daemon_is_not_counted_twice(self):
        result = tool("query", "--url", self.urls[0], "--url", self.urls[0] + "/")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"{self.urls[0]} is given twice", result.stderr)


class StoredIdTest(unittest.TestCase):
    def test_an_id_is_found_after_a_restart_and_on_the_disk(self):
        config = "join: {memory_bytes: 64KiB}\n"
        with Daemon(config) as daemon:
            for begin in range(0, 20_000, 5_000):
                daemon.post([{"model": "m", "id": str(i), "prediction": "a"}
                             for i in range(begin, begin + 5_000)])
            daemon.stop()
            daemon.start()
            for i in [0, 7_777, 19_999]:
                status, _, body = daemon.get(f"/api/v1/models/m/ids/{i}")
                self.assertEqual(status, 200)
                self.assertTrue(json.loads(body)["predictions"][0]["waits"])
            daemon.post([{"model": "m", "id": "7777", "label": "b"}])
            known = json.loads(daemon.get("/api/v1/models/m/ids/7777")[2])
            self.assertFalse(known["predictions"][0]["waits"])
            self.assertEqual(known["label"]["label"], "b")


if __name__ == "__main__":
    unittest.main()
