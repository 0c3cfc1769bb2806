"""`lectern models`, with all its commands."""

from infra.local import models_life, models_train
from infra.local.models_attack import attack
from infra.local.models_cli import models
from infra.local.models_explain import evaluate_explanations
from infra.local.models_republish import republish

for command in (attack, evaluate_explanations, republish, *models_life.COMMANDS, *models_train.COMMANDS):
    models.add_command(command)
