"""Everything on disk: names, files in the making, pictures of others, formats and what writes them."""
