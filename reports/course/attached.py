"""The results as a file that travels inside the report."""

from __future__ import annotations

import json

from reports import document as doc
from reports import results_json
from reports.results import Results


def attachment(results: Results) -> doc.Attachment:
    """`results.json` without its wall times: the report has the same bytes for the same seed."""
    content = _timeless(json.loads(results_json.render(results)))
    description = "Every verdict, number, seed and version of this report, for programs."
    return doc.Attachment("results.json", results_json.dump(content), description)


def _timeless(value: results_json.Json) -> results_json.Json:
    if isinstance(value, dict):
        return {key: _timeless(entry) for key, entry in value.items() if key != "seconds"}
    if isinstance(value, list):
        return [_timeless(entry) for entry in value]
    return value
