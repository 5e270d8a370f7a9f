from comptoir.testing.staff import people as people
