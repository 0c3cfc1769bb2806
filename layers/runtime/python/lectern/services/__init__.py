"""Other services of AWS that a job calls, each by botocore and behind a function or two of our own."""
