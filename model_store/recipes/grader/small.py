"""The small grader's recipe: one layer of cross-encoder over the base's first two, trees and memory over the same.

What is read of one answer costs a third of what the grader's six and four layers do.
"""

from model_store.recipes.grader.recipe import FIT, Parameters, compose
from model_store.recipes.recipe import Recipe

RECIPE = Recipe(Parameters(layers="2", depth=2), compose, FIT)
