class HarborError(Exception):
    """Something that the caller should hear about."""
