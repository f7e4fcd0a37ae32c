"""How raw rows become a debtor: the fold of the stage `hydrate`, and of whoever asks what was known at an earlier moment."""
