"""Pictures for other programs: a page that stands alone, a shader, a network file."""
