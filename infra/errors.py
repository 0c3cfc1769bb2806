"""What stops a deployment before anything is created."""


class DeploymentError(Exception):
    """A setting or a file that the stacks need is missing or can't be; the message says what to do."""
