"""How visits are tagged: which channel a tag counts for, one campaign under several names, links of one's own."""
