"""CHOOSE by values: what actions serve, which of them somebody with given preferences takes, and why."""
