"""Files that travel inside a report, and what the course report attaches."""

from __future__ import annotations

import io
import json

import pytest
import sample_document
from pypdf import PdfReader
from sample_results import sample_results

from reports import course, pdf, results_json
from reports.document import Attachment, Prose, Report, T


def test_the_pdf_holds_the_file_as_it_is_and_stays_accessible() -> None:
    report = Report(
        "T", "S", "A", (Prose(T("x")),), attachments=(Attachment("data.json", sample_document.ATTACHED, "D"),)
    )
    reader = PdfReader(io.BytesIO(pdf.render(report)))
    assert reader.attachments["data.json"] == [sample_document.ATTACHED]
    assert b"pdfuaid:part" in reader.root_object["/Metadata"].get_data()
    assert pdf.render(report) == pdf.render(report)


@pytest.mark.usefixtures("empty_figures")
def test_the_course_report_attaches_all_results_but_the_seconds() -> None:
    results = sample_results()
    whole = json.loads(results_json.render(results))
    (attached,) = course.build(results).attachments
    assert attached.name == "results.json"
    assert b'"seconds"' not in attached.data
    for entry in (*whole["theorems"], *whole["checks"]):
        entry.pop("seconds", None)
    assert json.loads(attached.data) == whole


@pytest.mark.parametrize("name", ["../x.json", "x.txt", "a/b.json", "", "x.json\n", "é.json"])
def test_an_attachment_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"expected a file name such as results\.json"):
        Attachment(name, b"{}", "")
