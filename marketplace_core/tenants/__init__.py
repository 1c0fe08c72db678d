"""Organisations: each its own market behind its own fence, with numbers of its own."""

#: The tenant of whoever runs the house; everybody who writes to no organisation's number is here.
HOUSE = 1
