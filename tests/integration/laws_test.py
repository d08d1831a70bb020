"""The laws of the totals hold at every scrape, whatever is posted meanwhile."""

import collections
import random
import threading
import unittest

from daemon import Daemon

CONFIG = """
windows: [1m, last_100]
join: {horizon: 1m, label_horizon: 1m, max_bytes: 128KiB, when_full: evict_oldest}
"""


def check(test, samples):
    """Checks the laws, and that a window's cells sum to its observations."""
    models = collections.defaultdict(dict)
    cells = collections.Counter()
    windows = {}
    for (name, labels), value in samples.items():
        labels = dict(labels)
        name = name.removeprefix("plumbline_")
        if name == "confusion_observations":
            cells[labels["model"], labels["version"], labels["window"]] += value
        elif name == "window_observations":
            windows[labels["model"], labels["version"], labels["window"]] = value
        elif set(labels) <= {"model", "version"} and "model" in labels:
            models[labels["model"], labels.get("version")][name] = value
    for (_, version), m in models.items():
        if version is not None:
            test.assertEqual(
                m["predictions_total"],
                m["pending_predictions"] + m["observations_total"] +
                m["expired_predictions_total"] + m["evicted_predictions_total"])
        elif "labels_total" in m:
            test.assertEqual(
                m["labels_total"],
                m["joined_labels_total"] + m["pending_labels"] +
                m["expired_labels_total"] + m["evicted_labels_total"])
    for window, observations in windows.items():
        test.assertEqual(cells[window], observations)
    return len(models)


def evicted(samples):
    return any(value > 0 for (name, _), value in samples.items()
               if name == "plumbline_evicted_predictions_total")


class LawsTest(unittest.TestCase):
    def test_every_scrape_balances_while_events_are_posted(self):
        done = threading.Event()
        statuses = collections.Counter()

        def post(seed):
            rng = random.Random(seed)
            while not done.is_set():
                events = []
                for _ in range(rng.randint(1, 200)):
                    event = {"model": f"m{rng.randint(0, 2)}",
                             "version": str(rng.randint(0, 1)),
                             "id": str(rng.randint(0, 5000))}
                    half = rng.choice(["prediction", "label", "both"])
                    if half != "label":
                        event["prediction"] = rng.choice("abc")
                    if half != "prediction":
                        event["label"] = rng.choice("abc")
                    events.append(event)
                statuses[daemon.post(events)[0]] += 1

        with Daemon(CONFIG) as daemon:
            posters = [threading.Thread(target=post, args=(n,)) for n in range(3)]
            for poster in posters:
                poster.start()
            try:
                scrapes = 0
                while scrapes < 60 or not evicted(samples):
                    samples = daemon.metrics()
                    seen = check(self, samples)
                    scrapes += 1
                    self.assertLess(scrapes, 2000)
            finally:
                done.set()
                for poster in posters:
                    poster.join()
            self.assertEqual(seen, 3 * 3)  # three models of two versions
            self.assertEqual(set(statuses), {200})
            self.assertLessEqual(daemon.metric("plumbline_remembered_bytes"),
                                 128 * 1024)


if __name__ == "__main__":
    unittest.main()
