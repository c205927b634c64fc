"""Each view as a page or as JSON; the URL is the whole state."""
