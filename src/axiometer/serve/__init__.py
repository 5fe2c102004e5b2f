"""The door for eyes: pages on this machine, and a browser that drives them."""
