"""Plain implementations of the change detectors from their papers."""

import math


class Adwin:
    """Bifet and Gavaldà 2007, all cuts; buckets as a plain list, oldest first."""

    def __init__(self, delta=0.002):
        self.delta = delta
        self.buckets = []  # (row, sum, squares)
        self.seen = 0

    def merge(self, a, b):
        n = 2 ** a[0]
        mean = a[1] / n - b[1] / n
        return (a[0] + 1, a[1] + b[1], a[2] + b[2] + n * n * mean ** 2 / (2 * n))

    def insert(self, x):
        self.buckets.append((0, x, 0.0))
        row = 0
        while True:
            places = [i for i, b in enumerate(self.buckets) if b[0] == row]
            if len(places) <= 5:
                return
            i, j = places[:2]
            self.buckets[i:j + 1] = [self.merge(self.buckets[i], self.buckets[j])]
            row += 1

    def window(self):
        """Recomputes size, sum and sum of squared deviations over all buckets."""
        n = total = squares = 0
        for row, s, q in self.buckets:
            k = 2 ** row
            if n:
                squares += n * k * (total / n - s / k) ** 2 / (n + k)
            n, total, squares = n + k, total + s, squares + q
        return n, total, squares

    def cut(self):
        n, total, squares = self.window()
        d = math.log(2 * math.log(n) / self.delta)
        n0 = sum0 = 0
        for row, s, _ in self.buckets:
            n0, sum0 = n0 + 2 ** row, sum0 + s
            n1 = n - n0
            if n0 < 5 or n1 < 5:
                continue
            m = 1 / (n0 - 4) + 1 / (n1 - 4)
            eps = math.sqrt(2 * m * squares / n * d) + 2 / 3 * m * d
            if abs(sum0 / n0 - (total - sum0) / n1) > eps:
                return True
        return False

    def add(self, x):
        self.insert(x)
        self.seen += 1
        if self.seen % 32 or self.window()[0] <= 10:
            return None
        dropped = []
        while self.cut():
            dropped.append(self.buckets.pop(0))
        if not dropped:
            return None
        n, total, _ = self.window()
        return (sum(s for _, s, _ in dropped) / sum(2 ** r for r, _, _ in dropped),
                total / n)


class Stream:
    """Statistics since the detector's last reset."""

    def __init__(self, *parameters):
        self.parameters = parameters
        self.restart()

    def restart(self):
        self.errors = []
        self.start()

    def mean(self, begin=0, end=None):
        part = self.errors[begin:end]
        return sum(part) / len(part) if part else 0.0

    def add(self, x):
        self.errors.append(x)
        split = self.fires(x, len(self.errors))
        if split is None:
            return None
        change = self.mean(0, split), self.mean(split)
        self.restart()
        return change


class PageHinkley(Stream):
    def start(self):
        self.sum, self.total, self.zero = 0, 0, 0

    def fires(self, x, n):
        delta, threshold, alpha = self.parameters
        self.total += x
        self.sum = max(0, alpha * self.sum + x - self.total / n - delta)
        if self.sum == 0:
            self.zero = n
        return self.zero if n >= 30 and self.sum >= threshold else None


class Ddm(Stream):
    def start(self):
        self.least, self.total = None, 0

    def fires(self, x, n):
        warm_up, drift = self.parameters
        self.total += x
        if n < warm_up:
            return None
        p = self.total / n
        s = math.sqrt(p * (1 - p) / n)
        if self.least is None or p + s <= sum(self.least[:2]):
            self.least = p, s, n
        p_min, s_min, at = self.least
        return at if p + s > p_min + drift * s_min else None


class HddmA(Stream):
    def start(self):
        self.low = self.high = None
        self.total = 0

    def fires(self, x, n):
        confidence, = self.parameters
        self.total += x
        mean = self.total / n
        bound = math.sqrt(math.log(1 / confidence) / (2 * n))
        if self.low is None or mean + bound <= self.low[0] + self.low[1]:
            self.low = mean, bound, n
        if self.high is None or mean - bound >= self.high[0] - self.high[1]:
            self.high = mean, bound, n

        def test(k):
            return math.sqrt((1 / k - 1 / n) / 2 * math.log(2 / confidence))

        for prefix, difference in ((self.low, mean - self.low[0]),
                                   (self.high, self.high[0] - mean)):
            if prefix[2] != n and difference >= test(prefix[2]):
                return prefix[2]
        return None
