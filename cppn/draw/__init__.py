"""From fields to pixels, arrays and files."""
