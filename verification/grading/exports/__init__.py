"""What other programs read, one file each: a new export is a new file here with a constant `EXPORTER`.

`verification.grading.exporter` says what an exporter is, and finds these.
"""
