"""A plain implementation of the estimates for one time window of a binary model
with scores at the middles of bins, by numpy and scikit-learn's isotonic
regression."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

Z = 1.959964
PORTION, SETTLED, KEPT = 100, 1000, 10_000
DAY_MS = 86_400_000

# Lower edges of the bins, as distances from the nearer end.
EDGES = ([np.nextafter(0, 1)] +
         [2.0**e * f for e in range(-20, -5) for f in (1, 1.5)] +
         [1 / 32 + i / 64 for i in range(30)])
BINS = 2 * (len(EDGES) + 1)


def bin_of(scores):
    scores = np.asarray(scores)
    from_end = np.searchsorted(EDGES, np.minimum(scores, 1 - scores), "right")
    return np.where(scores < 0.5, from_end, BINS - 1 - from_end)


def middles():
    low = np.array([0] + EDGES + [0.5])
    half = (low[:-1] + low[1:]) / 2
    half[0] = 0
    return np.concatenate([half, 1 - half[::-1]])


MIDDLES = middles()


def errors(p, positives, totals):
    """Sums of label minus probability by calibration bin."""
    bins = np.clip(np.ceil(p * 15).astype(int) - 1, 0, 14)
    return np.bincount(bins, positives - totals * p, 15)


class Calibration:
    def __init__(self, fades_ms):
        self.fades_ms = fades_ms
        self.portion = np.zeros((BINS, 2, 2))  # predicted, positive
        self.positives, self.totals = np.zeros(BINS), np.zeros(BINS)
        self.raw, self.calibrated = np.zeros(15), np.zeros(15)
        self.learnt, self.time_ms, self.judged = 0, 0, False
        self.isotonic, self.calibrates = None, False

    @property
    def p(self):
        return self.isotonic if self.calibrates else MIDDLES

    def add(self, bins, predicted, positive, time_ms):
        np.add.at(self.portion, (bins, predicted.astype(int),
                                 positive.astype(int)), 1)
        n = self.portion.sum()
        if n < PORTION:
            return
        if (self.learnt < SETTLED or not self.judged or
                not self.contradicted()):
            self.learn(n, time_ms)
        self.portion[:] = 0

    def contradicted(self):
        right = self.portion[:, 1, 1].sum() + self.portion[:, 0, 0].sum()
        yes, no = self.portion[:, 1].sum(1), self.portion[:, 0].sum(1)
        expected = (yes * self.p + no * (1 - self.p)).sum()
        sd = np.sqrt(((yes + no) * self.p * (1 - self.p)).sum())
        return right - expected < -max(3 * sd, 0.05 * self.portion.sum())

    def learn(self, n, time_ms):
        kept = 1
        if self.learnt > KEPT:
            kept = min(1, max(KEPT / self.learnt,
                              1 - (time_ms - self.time_ms) / self.fades_ms))
        positives = self.portion[:, :, 1].sum(1)
        totals = self.portion.sum((1, 2))
        self.raw *= kept
        self.calibrated *= kept
        if self.isotonic is not None:
            self.raw += errors(MIDDLES, positives, totals)
            self.calibrated += errors(self.isotonic, positives, totals)
            self.judged = True
        self.positives = self.positives * kept + positives
        self.totals = self.totals * kept + totals
        self.learnt = self.learnt * kept + n
        self.time_ms = max(self.time_ms, time_ms)
        self.fit()

    def fit(self):
        has = self.totals > 0
        regression = IsotonicRegression(out_of_bounds="clip").fit(
            MIDDLES[has], self.positives[has] / self.totals[has],
            sample_weight=self.totals[has])
        self.isotonic = regression.predict(MIDDLES)
        at = regression.predict(MIDDLES[has])
        # Blocks: runs of one value among the bins with pairs.
        block = np.cumsum(np.append(0, np.diff(at) > 1e-12))
        self.block = np.zeros(BINS, int)
        self.block[has] = block
        self.block = np.maximum.accumulate(self.block)
        n = np.bincount(block, self.totals[has])
        share = (np.bincount(block, self.positives[has]) + 1) / (n + 2)
        self.block_variance = share * (1 - share) / (n + 3)
        self.calibrates = (np.abs(self.calibrated).sum() <
                           np.abs(self.raw).sum())

    def variance(self, bins, coefficients):
        p = self.p[bins]
        variance = (coefficients**2 * p * (1 - p)).sum()
        if self.calibrates:
            by_block = np.bincount(self.block[bins], coefficients,
                                   len(self.block_variance))
            variance += (by_block**2 * self.block_variance).sum()
        return variance


def area(scores, positives, negatives):
    order = np.argsort(scores, kind="stable")
    s, p, n = scores[order], positives[order], negatives[order]
    below = np.searchsorted(s, s, "left")
    upto = np.searchsorted(s, s, "right")
    sums = np.append(0, np.cumsum(n))
    beaten = (sums[below] + sums[upto]) / 2
    return (p * beaten).sum() / p.sum() / n.sum()


def figures(bins, predicted, positives):
    """Figures of probabilities or labels, by the API's names without prefix."""
    n, yes, all_yes = len(bins), predicted.sum(), positives.sum()
    hits = positives[predicted].sum()
    made = {"accuracy": (hits + n - yes - (all_yes - hits)) / n}
    if yes:
        made["precision_binary"] = hits / yes
    if all_yes:
        made["recall_binary"] = hits / all_yes
        if all_yes < n:
            made["roc_auc"] = area(MIDDLES[bins], positives, 1 - positives)
    if yes + all_yes:
        made["f1_binary"] = 2 * hits / (yes + all_yes)
    return made


def estimated(calibration, bins, predicted):
    """Estimates with bounds, by the API's names."""
    p = calibration.p[bins]
    values = figures(bins, predicted, p)
    h, n, yes, all_yes = predicted.astype(float), len(bins), predicted.sum(), p.sum()
    # The derivative of a figure by each probability.
    above = lambda w: np.array([(w[bins > b].sum() + w[bins == b].sum() / 2)
                                for b in range(BINS)])[bins]
    below = lambda w: w.sum() - above(w)
    coefficients = {
        "accuracy": lambda v: (2 * h - 1) / n,
        "precision_binary": lambda v: h / yes,
        "recall_binary": lambda v: (h - v) / all_yes,
        "f1_binary": lambda v: (2 * h - v) / (yes + all_yes),
        "roc_auc": lambda v: (
            (below(1 - p) - above(p)) / all_yes / (n - all_yes) -
            v * (1 / all_yes - 1 / (n - all_yes)))}
    made = {}
    for name, value in values.items():
        width = Z * np.sqrt(calibration.variance(bins, coefficients[name](value)))
        base, average = (name[:-7], "_binary") if name.endswith("_binary") else (
            name, "")
        made["estimated_" + name] = value
        made[f"estimated_{base}_lower_bound{average}"] = max(0, value - width)
        made[f"estimated_{base}_upper_bound{average}"] = min(1, value + width)
    return made


def judged(calibration, bins, predicted, positive):
    """The gap by metric, and the calibrated error."""
    p = calibration.p[bins]
    is_, was = (figures(bins, predicted, v) for v in (positive.astype(float), p))
    gap = {("roc_auc_binary" if name == "roc_auc" else name):
           is_[name] - was[name] for name in is_ if name in was}
    totals = np.bincount(bins, minlength=BINS)
    sums = errors(calibration.p, np.bincount(bins, positive, BINS), totals)
    return gap, np.abs(sums).sum() / len(bins)
