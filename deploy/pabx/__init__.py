"""A provider's PABX tried out, by questions and by one call to a telephone of the operator's own."""
