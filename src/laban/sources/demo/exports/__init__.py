"""The demo company's files: one module per platform, each writing what that platform's download looks like."""
