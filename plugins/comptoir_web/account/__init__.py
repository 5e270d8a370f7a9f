"""The customer's account: logging in, orders, addresses, choices, and the right to have and to erase what is kept."""
