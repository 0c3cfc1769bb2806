"""Jobs: a batch goes in, grades come out; the same function takes the state machine's steps."""
