from tests.core.stock.conftest import open_shop

__all__ = ["open_shop"]
