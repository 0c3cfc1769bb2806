"""What runs in Lambda for the deployment itself."""
