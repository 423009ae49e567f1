"""JUnit XML: a test suite a student, a test case a function; without a verdict it is an error or skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from verification.grading.exporter import Exporter, File, Material, told
from verification.grading.findings import FunctionGrade
from verification.grading.gradebook import OPEN, StudentGrade
from verification.grading.submission import printable

# XML 1.0 has no way to write these at all.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _write(material: Material) -> Iterator[File]:
    root = ET.Element("testsuites", name="ksquared grade")
    for student in material.gradebook.students:
        root.append(_suite(student))
    ET.indent(root)
    yield "junit.xml", ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(student: StudentGrade) -> ET.Element:
    kinds = [_kind(grade) for grade in student.functions]
    attributes = {
        "name": _xml(student.name),
        "id": student.id,
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }
    suite = ET.Element("testsuite", attributes)
    for grade, kind in zip(student.functions, kinds, strict=True):
        case = ET.SubElement(suite, "testcase", name=_xml(grade.function), classname=student.id)
        if kind:
            ET.SubElement(case, kind, message=grade.status, type=grade.status).text = _xml(told(grade))
    return suite


def _kind(grade: FunctionGrade) -> str:
    """The element that says how a test ended; none for a success."""
    if grade.status == "correct":
        return ""
    if grade.status == "grader-error":
        return "error"
    return "skipped" if grade.status in OPEN else "failure"


def _xml(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", printable(text, 5000))


EXPORTER = Exporter("junit", "JUnit XML", _write)
