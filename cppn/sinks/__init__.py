"""Where pictures go: files, written band by band, with the recipe inside."""
