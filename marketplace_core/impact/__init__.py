"""What the market does to the air: residue that was sold was not burnt in the field."""
