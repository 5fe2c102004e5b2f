"""WHERE a value lives: contrast material captured, directions, units and features found, each with its evidence."""
