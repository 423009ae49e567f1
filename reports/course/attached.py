"""The results as a file that travels inside a report, the whole one or that of a part."""

from __future__ import annotations

import json

from reports import document as doc
from reports import results_json


def attachment(name: str, written: bytes) -> doc.Attachment:
    """The file `name` of results in JSON, `written` without its wall times.

    So the report has the same bytes for the same seed.
    """
    content = _timeless(json.loads(written))
    description = "Every verdict, number, seed and version of this report, for programs."
    return doc.Attachment(name, results_json.dump(content), description)


def _timeless(value: results_json.Json) -> results_json.Json:
    if isinstance(value, dict):
        return {key: _timeless(entry) for key, entry in value.items() if key != "seconds"}
    if isinstance(value, list):
        return [_timeless(entry) for entry in value]
    return value
