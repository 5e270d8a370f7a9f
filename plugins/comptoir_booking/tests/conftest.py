from tests.core.stock.conftest import people as people
