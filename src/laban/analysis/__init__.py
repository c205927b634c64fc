"""Numbers to results: pure functions without clock or I/O."""
