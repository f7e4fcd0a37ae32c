"""`collector verify`: the raw topics folded anew and compared with everything that was made of them, at the same offsets."""
