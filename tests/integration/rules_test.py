"""Rules from objectives: promtool accepts them, and they fire when they should."""

import os
import subprocess
import tempfile
import unittest

from daemon import BIN

CONFIG = r"""
windows: [1h, last_1000]
models:
  - match: exact
    objectives:
      - {metric: f1_macro, window: 1h, min: 0.75, min_observations: 200}
  - match: "od.d \"{{n}}\" \\* \u2028\ufffe"
    objectives: [{metric: cohen_kappa, window: 1h, min: 0.2}]
  - match: "*"
    objectives:
      - {metric: accuracy, window: last_1000, min: 0.75}
      - {metric: false_positive_rate_binary, window: 1h, max: 0.1}
      - {metric: label_coverage, window: 1h, min: 0.5}
"""

TEST = r"""
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      # Too low, and by the bound too.
      - series: plumbline_accuracy_ratio{model="m",version="1",window="last_1000"}
        values: 0.6x20
      - series: plumbline_accuracy_upper_bound_ratio{model="m",version="1",window="last_1000"}
        values: 0.65x20
      - series: plumbline_window_observations{model="m",version="1",window="last_1000"}
        values: 500x20
      # Too low, and too few to tell.
      - series: plumbline_accuracy_ratio{model="few",version="1",window="last_1000"}
        values: 0.6x20
      - series: plumbline_accuracy_upper_bound_ratio{model="few",version="1",window="last_1000"}
        values: 0.9x20
      - series: plumbline_window_observations{model="few",version="1",window="last_1000"}
        values: 99x20
      # Wholly wrong, as far as one pair tells.
      - series: plumbline_accuracy_ratio{model="one",version="1",window="last_1000"}
        values: 0x20
      - series: plumbline_accuracy_upper_bound_ratio{model="one",version="1",window="last_1000"}
        values: 0.1x20
      - series: plumbline_window_observations{model="one",version="1",window="last_1000"}
        values: 1x20
      # Too high.
      - series: plumbline_false_positive_rate_ratio{model="m",version="1",window="1h",average="binary"}
        values: 0.2x20
      - series: plumbline_window_observations{model="m",version="1",window="1h"}
        values: 100x20
      # No labels at all.
      - series: plumbline_label_coverage_ratio{model="silent",version="1",window="1h"}
        values: 0x20
      - series: plumbline_window_observations{model="silent",version="1",window="1h"}
        values: 0x20
      # Has an entry of its own, with another objective.
      - series: plumbline_accuracy_ratio{model="exact",version="1",window="last_1000"}
        values: 0.1x20
      - series: plumbline_window_observations{model="exact",version="1",window="last_1000"}
        values: 500x20
    alert_rule_test:
      - eval_time: 4m
        alertname: PlumblineObjectiveMissed
        exp_alerts: []
      - eval_time: 10m
        alertname: PlumblineObjectiveMissed
        exp_alerts:
          - exp_labels: {model: m, version: "1", window: last_1000, severity: warning, objective: "*: accuracy >= 0.75 over last_1000"}
            exp_annotations:
              summary: A model misses an objective.
              description: "Model m, version 1, window last_1000: accuracy is 0.6, and should be >= 0.75."
              runbook_url: "https://runbooks/#PlumblineObjectiveMissed"
          - exp_labels: {model: m, version: "1", window: 1h, average: binary, severity: warning, objective: "*: false_positive_rate_binary <= 0.1 over 1h"}
            exp_annotations:
              summary: A model misses an objective.
              description: "Model m, version 1, window 1h: false_positive_rate_binary is 0.2, and should be <= 0.1."
              runbook_url: "https://runbooks/#PlumblineObjectiveMissed"
          - exp_labels: {model: silent, version: "1", window: 1h, severity: warning, objective: "*: label_coverage >= 0.5 over 1h"}
            exp_annotations:
              summary: A model misses an objective.
              description: "Model silent, version 1, window 1h: label_coverage is 0, and should be >= 0.5."
              runbook_url: "https://runbooks/#PlumblineObjectiveMissed"
      - eval_time: 10m
        alertname: PlumblineObjectiveMissedBeyondChance
        exp_alerts:
          - exp_labels: {model: m, version: "1", window: last_1000, severity: critical, objective: "*: accuracy >= 0.75 over last_1000"}
            exp_annotations:
              summary: A model misses an objective, and not by chance.
              description: "Model m, version 1, window last_1000: the upper bound of accuracy is 0.65, and should be >= 0.75."
              runbook_url: "https://runbooks/#PlumblineObjectiveMissedBeyondChance"
  # Two instances: 6 of 10 and 90 of 90 right are 96 of 100, not the mean of 0.6
  # and 1.
  - interval: 1m
    input_series:
      - {series: 'plumbline_window_observations{instance="a",model="m",version="1",window="1h"}', values: 10x5}
      - {series: 'plumbline_window_observations{instance="b",model="m",version="1",window="1h"}', values: 90x5}
      - {series: 'plumbline_confusion_observations{instance="a",model="m",version="1",window="1h",actual="UP",predicted="UP"}', values: 6x5}
      - {series: 'plumbline_confusion_observations{instance="a",model="m",version="1",window="1h",actual="UP",predicted="DOWN"}', values: 4x5}
      - {series: 'plumbline_confusion_observations{instance="b",model="m",version="1",window="1h",actual="UP",predicted="UP"}', values: 50x5}
      - {series: 'plumbline_confusion_observations{instance="b",model="m",version="1",window="1h",actual="DOWN",predicted="DOWN"}', values: 40x5}
      - {series: 'plumbline_class_support{instance="a",model="m",version="1",window="1h",class="UP"}', values: 10x5}
      - {series: 'plumbline_class_support{instance="a",model="m",version="1",window="1h",class="DOWN"}', values: 0x5}
      - {series: 'plumbline_class_support{instance="b",model="m",version="1",window="1h",class="UP"}', values: 50x5}
      - {series: 'plumbline_class_support{instance="b",model="m",version="1",window="1h",class="DOWN"}', values: 40x5}
      - {series: 'plumbline_class_predicted{instance="a",model="m",version="1",window="1h",class="UP"}', values: 6x5}
      - {series: 'plumbline_class_predicted{instance="a",model="m",version="1",window="1h",class="DOWN"}', values: 4x5}
      - {series: 'plumbline_class_predicted{instance="b",model="m",version="1",window="1h",class="UP"}', values: 50x5}
      - {series: 'plumbline_class_predicted{instance="b",model="m",version="1",window="1h",class="DOWN"}', values: 40x5}
    promql_expr_test:
      - expr: model_version_window:plumbline_accuracy:ratio
        eval_time: 3m
        exp_samples:
          - {labels: 'model_version_window:plumbline_accuracy:ratio{model="m",version="1",window="1h"}', value: 0.96}
      - expr: model_version_window_class:plumbline_recall:ratio
        eval_time: 3m
        exp_samples:
          - {labels: 'model_version_window_class:plumbline_recall:ratio{model="m",version="1",window="1h",class="UP"}', value: 0.9333333333333333}
          - {labels: 'model_version_window_class:plumbline_recall:ratio{model="m",version="1",window="1h",class="DOWN"}', value: 1}
      - expr: model_version_window_class:plumbline_precision:ratio
        eval_time: 3m
        exp_samples:
          - {labels: 'model_version_window_class:plumbline_precision:ratio{model="m",version="1",window="1h",class="UP"}', value: 1}
          - {labels: 'model_version_window_class:plumbline_precision:ratio{model="m",version="1",window="1h",class="DOWN"}', value: 0.9090909090909091}
"""


class RulesTest(unittest.TestCase):
    def rules(self, directory, config):
        path = os.path.join(directory, "plumbline.yaml")
        with open(path, "w") as f:
            f.write(config)
        result = subprocess.run(
            [os.path.join(BIN, "plumbtool"), "rules", f"--config.file={path}",
             "--runbook-url=https://runbooks/#"], capture_output=True, text=True)
        with open(os.path.join(directory, "rules.yml"), "w") as f:
            f.write(result.stdout)
        return result

    def promtool(self, directory, *arguments):
        result = subprocess.run(["promtool", *arguments], cwd=directory,
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_rules_of_objectives_fire_when_they_should(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(self.rules(directory, CONFIG).returncode, 0)
            with open(os.path.join(directory, "test.yml"), "w") as f:
                f.write(TEST)
            self.promtool(directory, "check", "rules", "--lint=all",
                          "--lint-fatal", "rules.yml")
            self.promtool(directory, "test", "rules", "test.yml")

    def test_without_objectives_there_are_the_recording_rules(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(self.rules(directory, "windows: [1h]").returncode, 0)
            self.promtool(directory, "check", "rules", "--lint=all",
                          "--lint-fatal", "rules.yml")

    def test_a_wrong_objective_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            result = self.rules(directory, """
models:
  - match: m
    objectives:
      - {metric: acuracy, window: 1h, min: 0.5}
      - {metric: accuracy, window: 3h, min: 0.5}
      - {metric: accuracy, window: 1h}
      - {metric: accuracy, window: 1h, min: high}
      - {metric: accuracy, window: 1h, min: 0.5, least: 3}
      - {metric: acc, window: 3h, min: high}
      - {metric: accuracy, window: 60m, min: 0.5}
""")
            self.assertEqual(result.returncode, 1)
            for place in ("[0].metric", "[1].window", "[2]: needs",
                          "[3].min", "[4].least", "[5].metric", "[5].window",
                          "[5].min", "[6]: is there already"):
                self.assertIn("objectives" + place, result.stderr)


if __name__ == "__main__":
    unittest.main()
