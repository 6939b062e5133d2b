"""Each module stands for the command of its name."""
