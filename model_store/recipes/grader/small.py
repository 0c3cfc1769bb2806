"""The small grader's recipe: one layer of cross-encoder over the base's first two, trees and memory over the same.

Vectors of so few layers lie closer together. Of SemEval's questions nine in ten have a cosine below .78 to the nearest
that was marked in points; of Mohler's own, each left out, nine in ten one above .82. One question in a hundred is like
another one, reference and all, by more than .993, beside those that are the same.
"""

from dataclasses import replace

from model_store.recipes.grader.recipe import FIT, Parameters, compose
from model_store.recipes.recipe import Recipe

PARAMETERS = Parameters(layers="2", depth=2, known=0.993, far=0.77, akin=0.83, rank=128)
RECIPE = Recipe(PARAMETERS, compose, replace(FIT, epochs=12))
