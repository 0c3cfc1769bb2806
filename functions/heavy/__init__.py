"""Heavy models: no function of their own, but an endpoint that functions ask (docs/heavy.md)."""
