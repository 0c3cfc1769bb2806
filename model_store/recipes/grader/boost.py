"""Fit the grader's trees: gradient boosting over relations (Friedman, 2001; Ke et al., 2017, LightGBM's histograms)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from model_store.build.ensemble import Trees

Rows = NDArray[np.float32]
LABEL_SETTINGS = {"max_iter": 200, "learning_rate": 0.05, "max_leaf_nodes": 8, "l2_regularization": 1.0}
POINT_SETTINGS = {"max_iter": 80, "learning_rate": 0.05, "max_leaf_nodes": 6, "l2_regularization": 5.0}
LEAST_LEAF = 30


def fit_trees(
    seen: Rows, labels: NDArray[np.int64], weights: NDArray[np.float64], marked: Rows, points: NDArray[np.float64]
) -> Trees:
    """Trees for the labels of `seen` (n, f) and the points (0..1) of `marked` (m, f); not-a-number is missing."""
    of_labels = HistGradientBoostingClassifier(random_state=0, **LABEL_SETTINGS).fit(
        seen, labels, sample_weight=weights
    )
    of_points = HistGradientBoostingRegressor(random_state=0, min_samples_leaf=LEAST_LEAF, **POINT_SETTINGS)
    of_points.fit(marked, points)
    base = np.concatenate([of_labels._baseline_prediction.ravel(), of_points._baseline_prediction.ravel()])
    parts = [*_predictors(of_labels, 0), *_predictors(of_points, of_labels.n_trees_per_iteration_)]
    return _joined([_rows(tree, nodes, output) for tree, (nodes, output) in enumerate(parts)], base)


def _predictors(model: Any, first: int) -> Iterator[tuple[Any, int]]:
    """Each tree's nodes, and the output that it adds to."""
    for stage in model._predictors:
        for number, predictor in enumerate(stage):
            yield predictor.nodes, first + number


def _rows(tree: int, nodes: Any, output: int) -> dict[str, NDArray[Any]]:
    leaf, count = nodes["is_leaf"].astype(bool), len(nodes)
    return {
        "tree": np.full(count, tree),
        "node": np.arange(count),
        "feature": np.where(leaf, -1, nodes["feature_idx"]).astype(np.int64),
        "threshold": np.where(leaf, 0, _below(nodes["num_threshold"])).astype(np.float32),
        "left": np.where(leaf, 0, nodes["left"]).astype(np.int64),
        "right": np.where(leaf, 0, nodes["right"]).astype(np.int64),
        "missing_left": nodes["missing_go_to_left"].astype(np.int64),
        "value": np.where(leaf, nodes["value"], 0).astype(np.float32),
        "output": np.full(count, output),
    }


def _below(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is not above each threshold, so that float32 features go the same way."""
    finite = np.clip(thresholds, np.finfo(np.float32).min, np.finfo(np.float32).max)
    near = finite.astype(np.float32)
    return np.where(near > finite, np.nextafter(near, np.float32(-np.inf)), near)


def _joined(parts: list[dict[str, NDArray[Any]]], base: NDArray[np.float64]) -> Trees:
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Trees(**columns, base=base.astype(np.float32))
