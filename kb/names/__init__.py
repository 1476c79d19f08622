"""How product names are recognised in text; `kb/products.py` is the door."""
