"""Gradient-boosted trees as one ONNX node (ai.onnx.ml TreeEnsembleRegressor)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model_store.build.graph import Graph


@dataclass(frozen=True)
class Trees:
    """Trees that are summed per output, node by node: `tree`, `feature` (−1 in a leaf), `threshold` (the largest
    float32 that goes left), `left` and `right` (numbers of nodes in the tree), `missing_left` (where a missing feature
    goes), `value` (of a leaf), `output` (to which the tree adds); `base` (outputs,) is where the sums start.
    """

    tree: NDArray[np.int64]
    node: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.int64]
    value: NDArray[np.float32]
    output: NDArray[np.int64]
    base: NDArray[np.float32]


def trees(graph: Graph, ensemble: Trees, inputs: Sequence[str]) -> str:
    """(1, outputs): the sums of the trees over the concatenated inputs; not-a-number counts as missing."""
    joined = graph.op("Concat", inputs, "tree.inputs", axis=1)
    leaf = ensemble.feature < 0
    return graph.node(
        "TreeEnsembleRegressor",
        [joined],
        "opinions",
        domain="ai.onnx.ml",
        n_targets=len(ensemble.base),
        base_values=ensemble.base.tolist(),
        nodes_treeids=ensemble.tree.tolist(),
        nodes_nodeids=ensemble.node.tolist(),
        nodes_featureids=np.where(leaf, 0, ensemble.feature).tolist(),
        nodes_values=ensemble.threshold.tolist(),
        nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_truenodeids=ensemble.left.tolist(),
        nodes_falsenodeids=ensemble.right.tolist(),
        nodes_missing_value_tracks_true=ensemble.missing_left.tolist(),
        target_treeids=ensemble.tree[leaf].tolist(),
        target_nodeids=ensemble.node[leaf].tolist(),
        target_ids=ensemble.output[leaf].tolist(),
        target_weights=ensemble.value[leaf].tolist(),
    )
