"""A person forgotten: found, erased in all instances, kept out, and looked for afterwards."""
