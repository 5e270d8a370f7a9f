from comptoir.testing.racing import open_shop
from comptoir.testing.staff import people

__all__ = ["open_shop", "people"]
