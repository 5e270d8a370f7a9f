"""From the basket to the order and what follows it, as pages."""
