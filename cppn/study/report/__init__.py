"""One report of all studies: a page, a PDF or a notebook."""
