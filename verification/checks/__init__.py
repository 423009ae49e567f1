"""One claim a file: a constant `CHECK`, its id the name of the file. See `verification.catalog`."""
