from comptoir.testing.racing import open_shop

__all__ = ["open_shop"]
