"""Short commands of field agents and drivers: one grammar, read, asked back, done, printed as a card."""
