"""Looking after a workspace: forgetting people, consent, backup and restore, rebuilding from the archive."""
