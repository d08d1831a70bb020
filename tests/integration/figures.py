"""Maps the API's names of figures to scikit-learn's values."""

import numpy as np
from scipy import stats
from sklearn import metrics as sk

# Tolerance for binned scores; see docs/figures.md.
BINNED = 1e-3
EXACT = 1e-9


def expected(actual, predicted):
    """Figures of a binary model with the classes DOWN and UP."""
    # As numbers: scikit-learn is twenty times slower with text.
    actual, predicted = (np.array(values) == "UP" for values in (actual, predicted))
    figures = {
        "accuracy": sk.accuracy_score(actual, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(actual, predicted),
    }
    functions = {"precision": sk.precision_score, "recall": sk.recall_score,
                 "f1": sk.f1_score}
    for name, function in functions.items():
        for average in ("macro", "micro", "weighted"):
            figures[f"{name}_{average}"] = function(
                actual, predicted, average=average, zero_division=0)
        value = function(actual, predicted, average="binary", zero_division=0)
        figures[f"{name}_binary"] = value
    figures.update({
        "matthews_correlation": sk.matthews_corrcoef(actual, predicted),
        "cohen_kappa": sk.cohen_kappa_score(actual, predicted),
        "specificity_binary": sk.recall_score(actual, predicted,
                                              pos_label=False),
        "false_positive_rate_binary": 1 - sk.recall_score(actual, predicted,
                                                          pos_label=False),
        "negative_predictive_value_binary": sk.precision_score(
            actual, predicted, pos_label=False),
        "positive_prediction": np.mean(predicted),
    })
    return figures


def expected_bounds(actual, predicted):
    """The same for bounds: SciPy's, and a delta method with a gradient by finite
    differences."""
    actual, predicted = np.array(actual), np.array(predicted)
    classes = sorted({*actual, *predicted})
    matrix = sk.confusion_matrix(actual, predicted, labels=classes)
    up = classes.index("UP")
    hits = matrix.diagonal()
    shares = {"accuracy": (hits.sum(), matrix.sum()),
              "precision": (hits[up], matrix[:, up].sum()),
              "recall": (hits[up], matrix[up].sum())}
    figures = {}
    for name, (part, whole) in shares.items():
        average = "" if name == "accuracy" else "_binary"
        bounds = stats.binomtest(int(part), int(whole)).proportion_ci(
            method="wilson")
        figures[f"{name}_lower_bound{average}"] = bounds.low
        figures[f"{name}_upper_bound{average}"] = bounds.high

    def f1(m):
        return 2 * m.diagonal() / (m.sum(axis=0) + m.sum(axis=1))

    for average, function in (("binary", lambda m: f1(m)[up]),
                              ("macro", lambda m: f1(m).mean())):
        variance = 0
        for cell in np.ndindex(matrix.shape):
            step = np.zeros(matrix.shape)
            step[cell] = 1e-3
            gradient = (function(matrix + step) - function(matrix - step)) / 2e-3
            variance += matrix[cell] * gradient ** 2
        half = stats.norm.ppf(0.975) * variance ** 0.5
        figures[f"f1_lower_bound_{average}"] = max(function(matrix) - half, 0)
        figures[f"f1_upper_bound_{average}"] = min(function(matrix) + half, 1)
    return figures


def calibration_error(positive, scores):
    """15 bins of equal width, closed on the right."""
    bins = np.clip(np.ceil(scores * 15) - 1, 0, 14).astype(int)
    error = 0
    for b in range(15):
        there = bins == b
        if there.any():
            error += there.mean() * abs(positive[there].mean() -
                                        scores[there].mean())
    return error


def expected_scores(positive, scores, binned=BINNED):
    """Name to value and tolerance."""
    positive, scores = np.array(positive, dtype=float), np.array(scores)
    figures = {
        "log_loss": (sk.log_loss(positive, scores, labels=[0, 1]), EXACT),
        "brier_score": (np.mean((scores - positive) ** 2), EXACT),
        "expected_calibration_error": (calibration_error(positive, scores),
                                       EXACT),
    }
    if positive.any():
        figures["average_precision_binary"] = (
            sk.average_precision_score(positive, scores), binned)
    if positive.any() and not positive.all():
        figures["roc_auc_binary"] = (sk.roc_auc_score(positive, scores), binned)
    return figures


def expected_threshold(positive, scores, threshold):
    positive = np.array(positive, dtype=bool)
    predicted = np.array(scores) >= threshold
    hits = (positive & predicted).sum()
    figures = {"positive_prediction": predicted.mean()}
    if predicted.any():
        figures["precision"] = hits / predicted.sum()
    if positive.any():
        figures["recall"] = hits / positive.sum()
    if predicted.any() or positive.any():
        figures["f1"] = 2 * hits / (predicted.sum() + positive.sum())
    if not positive.all():
        figures["false_positive_rate"] = (predicted & ~positive).sum() / (
            ~positive).sum()
    return figures


def expected_regression(labels, predictions):
    labels, predictions = np.array(labels), np.array(predictions)
    figures = {
        "mean_absolute_error": sk.mean_absolute_error(labels, predictions),
        "root_mean_squared_error": sk.mean_squared_error(
            labels, predictions, squared=False),
        "mean_error": np.mean(predictions - labels),
    }
    if len(set(labels)) > 1:
        # scikit-learn's formula in extended precision.
        y, f = labels.astype(np.longdouble), predictions.astype(np.longdouble)
        figures["r2"] = float(1 - ((y - f) ** 2).sum() /
                              ((y - y.mean()) ** 2).sum())
    there = labels != 0
    if there.any():
        figures["mean_absolute_percentage_error"] = (
            sk.mean_absolute_percentage_error(labels[there],
                                              predictions[there]))
    return figures
