"""The figures of a report: functions from numbers to picture bytes, the same bytes for the same numbers."""
