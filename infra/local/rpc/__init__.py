"""The Open Inference Protocol over gRPC, in `make serve` alone: API Gateway and SageMaker forward none."""
