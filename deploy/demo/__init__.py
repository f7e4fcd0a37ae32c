"""`collector demo`: the whole system on this machine beside a simulated provider, judged by the provider's own truth."""
