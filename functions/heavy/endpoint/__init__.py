"""What runs inside the container of a heavy endpoint: SageMaker's /ping and /invocations on one release."""
