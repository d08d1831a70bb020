"""An independent recount of what was posted: the rules of the join in Python."""

import collections
import math


class Model:
    """The expected series of one model after a sequence of events with ids.

    Labels come without a timestamp: another value is a correction unless the
    id has had it before.
    """

    def __init__(self, last=100):
        self.predictions = {}  # (version, id) -> class, or value
        self.scores = {}  # by the same keys
        self.days = {}  # (version, id) -> segment
        self.events = {}  # (version, id) -> as posted
        self.labels = {}  # id -> class
        self.had = collections.defaultdict(set)  # id -> values replaced
        self.order = collections.defaultdict(list)  # version -> ids, completed
        self.errors = collections.defaultdict(list)  # version -> of these, then
        self.judged = collections.defaultdict(list)  # version -> (event, label)
        self.made = collections.defaultdict(list)  # version -> predictions
        self.corrections = 0
        self.duplicates = collections.Counter()
        self.last = last

    def apply(self, event):
        event = {k: tuple(sorted(v)) if isinstance(v, list) else v
                 for k, v in event.items()}
        key = event["id"]
        if "prediction" in event:
            pair = event["version"], key
            if pair in self.predictions:
                self.duplicates["prediction"] += 1
            else:
                self.predictions[pair] = event["prediction"]
                self.scores[pair] = event.get("scores", event.get("score"))
                self.days[pair] = event.get("segments", {}).get("day")
                self.made[pair[0]].append(event)
                self.events[pair] = event
                if key in self.labels:
                    self.complete(*pair)
        if "label" in event:
            new, old = event["label"], self.labels.get(key)
            if old is None:
                self.labels[key] = new
                for version, i in list(self.predictions):
                    if i == key:
                        self.complete(version, i)
            elif new == old or new in self.had[key]:
                self.duplicates["label"] += 1
            else:
                self.had[key].add(old)
                self.labels[key] = new
                self.corrections += 1

    def complete(self, version, key):
        self.order[version].append(key)
        label, made = self.labels[key], self.predictions[version, key]
        self.judged[version].append((self.events[version, key], label))
        self.errors[version].append(
            abs(label - made) if isinstance(label, float) else
            int(label != made))

    def confusion(self, version, last=None):
        ids = self.order[version]
        return collections.Counter(
            (self.labels[i], self.predictions[version, i])
            for i in (ids[-last:] if last else ids))

    def figures(self, version, day=None, last=None):
        """The expected figures of a window, by the API's names. `day`: of a
        slice."""
        ids = [i for i in self.order[version]
               if day is None or self.days[version, i] == day]
        pairs = [(self.labels[i], self.predictions[version, i],
                  self.scores[version, i]) for i in (ids[-last:] if last else ids)]
        figures = {"observations": len(pairs)}
        if not pairs:
            return figures
        if isinstance(pairs[0][1], float):
            errors = [prediction - label for label, prediction, _ in pairs]
            figures["mean_error"] = sum(errors) / len(pairs)
            figures["mean_absolute_error"] = sum(map(abs, errors)) / len(pairs)
            figures["root_mean_squared_error"] = math.sqrt(
                sum(e * e for e in errors) / len(pairs))
            return figures
        figures["accuracy"] = sum(a == p for a, p, _ in pairs) / len(pairs)
        if isinstance(pairs[0][0], tuple):
            sets = [(set(a), set(p)) for a, p, _ in pairs]
            figures["f1_samples"] = sum(
                2 * len(a & p) / max(len(a) + len(p), 1)
                for a, p in sets) / len(pairs)
            if classes := set().union(*(a | p for a, p in sets)):
                figures["hamming_loss"] = sum(
                    len(a ^ p) for a, p in sets) / len(pairs) / len(classes)
            return figures
        if isinstance(pairs[0][2], dict):
            figures["log_loss"] = -sum(math.log(s[a]) for a, _, s in
                                       pairs) / len(pairs)
            figures["brier_score"] = sum(
                sum((p - (name == a)) ** 2 for name, p in s.items())
                for a, _, s in pairs) / len(pairs)
            return figures
        scored = [(a == "UP", s) for a, _, s in pairs if s is not None]
        if scored:
            figures["brier_score"] = sum(
                (s - up) ** 2 for up, s in scored) / len(scored)
            figures["log_loss"] = -sum(
                math.log(s if up else 1 - s) for up, s in scored) / len(scored)
            figures["threshold"] = sum(s >= 0.5 for _, s in scored) / len(scored)
        return figures

    def samples(self, name, window):
        """{(series, labels without model): value}, as expected in /metrics."""
        versions = {version for version, _ in self.predictions}
        joined = {i for ids in self.order.values() for i in ids}
        expected = {
            ("plumbline_labels_total", ()): len(self.labels),
            ("plumbline_joined_labels_total", ()): len(joined),
            ("plumbline_pending_labels", ()): len(self.labels) - len(joined),
            ("plumbline_corrections_total", ()): self.corrections,
        }
        for version in versions:
            v = (("version", version),)
            made = sum(1 for w, _ in self.predictions if w == version)
            done = len(self.order[version])
            expected["plumbline_predictions_total", v] = made
            expected["plumbline_observations_total", v] = done
            expected["plumbline_pending_predictions", v] = made - done
            if any(isinstance(p, (float, tuple))
                   for p in self.predictions.values()):
                continue
            for w, last in ((window, None), (f"last_{self.last}", self.last)):
                for (actual, predicted), n in self.confusion(version, last).items():
                    cell = (("actual", actual), ("predicted", predicted),
                            ("version", version), ("window", w))
                    expected["plumbline_confusion_observations", cell] = n
        return {(series, frozenset((("model", name),) + labels)): value
                for (series, labels), value in expected.items()}


def broken_laws(samples):
    """The laws of the totals that a scrape breaks, as texts."""
    def total(series, **labels):
        return samples.get((series, frozenset(labels.items())), 0)

    broken = []
    for (series, labels), value in samples.items():
        of = dict(labels)
        if series == "plumbline_predictions_total":
            parts = sum(total(f"plumbline_{p}", **of) for p in (
                "pending_predictions", "observations_total",
                "expired_predictions_total", "evicted_predictions_total"))
        elif series == "plumbline_labels_total":
            parts = sum(total(f"plumbline_{p}", **of) for p in (
                "joined_labels_total", "pending_labels", "expired_labels_total",
                "evicted_labels_total"))
        else:
            continue
        if parts != value:
            broken.append(f"{series}{of}: {value} != {parts}")
    return broken
