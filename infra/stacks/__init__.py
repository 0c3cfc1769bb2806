"""The stacks. Importing them finds the node that jsii runs on."""

from infra.node import use_wheel

use_wheel()
