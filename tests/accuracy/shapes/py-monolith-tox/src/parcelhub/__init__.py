__version__ = "24.10.0"
