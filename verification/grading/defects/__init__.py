"""Detectors of known mistakes, one subject a file, each with a constant `DETECTORS`."""
