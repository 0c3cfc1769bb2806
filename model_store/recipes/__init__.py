"""How models are trained: commands of the separate environment .venv-train (torch, transformers)."""
