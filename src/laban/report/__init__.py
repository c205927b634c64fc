"""One documented view per page and its renderings."""
