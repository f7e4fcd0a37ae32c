"""One Faust shell for every stage that folds records into a state a key: `hydrate`, `dialer`."""
