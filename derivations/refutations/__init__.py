"""False claims, one family a file: each module holds one constant, `CLAIMS`, a tuple of `FalseClaim`."""
