"""轻群 (Qingqun): keeps a town's work groups quiet and its assignments safe."""

__version__ = "0.1.0"
