"""From the outside to canonical rows and findings: files are recognised, read, checked, never trusted."""
