"""Opens the Word document of a run with two other readers.

    python check_word.py PROGRAM

python-docx must find the title, the language, the headings of the page, a header row that comes again in
every table, and words for every picture. LibreOffice Writer must lay it out on A4, with every heading as
text and the number of the page at the foot of each.

On Debian, root gets libreoffice-writer-nogui where it is missing (prepare.sh).
"""

import html
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
from docx.oxml.ns import qn

A4 = (210, 297)


def without_blanks(text: str) -> str:
    """Lines and their breaks are the reader's own."""
    return re.sub(r"\s+", "", text)


def headings_of(page: str) -> list[str]:
    """The headings of the same paper as a page."""
    found = re.findall(r"<h[23]>(.*?)</h[23]>", page, re.DOTALL)
    return [html.unescape(heading) for heading in found]


def check_structure(path: Path, page: str) -> None:
    """What python-docx finds."""
    paper = docx.Document(str(path))
    title = html.unescape(re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1])
    assert paper.core_properties.title == title, paper.core_properties.title
    assert paper.core_properties.language == "en-GB"
    assert [p.text for p in paper.paragraphs if p.style.name == "Title"] == [title]
    section = paper.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == A4
    told = [p.text for p in paper.paragraphs if p.style.name.startswith("Heading")]
    missing = [heading for heading in headings_of(page) if heading not in told]
    assert not missing, missing
    assert paper.tables
    for table in paper.tables:
        first = table.rows[0]._tr.trPr
        assert first is not None and first.find(qn("w:tblHeader")) is not None
        assert len({len(row.cells) for row in table.rows}) == 1
    pictures = [shape._inline.docPr for shape in paper.inline_shapes]
    assert len(pictures) == len(re.findall(r"<figure", page)), len(pictures)
    assert all(len(picture.get("descr", "")) > 40 for picture in pictures)
    assert len({picture.get("id") for picture in pictures}) == len(pictures)


def check_pages(path: Path, page: str) -> int:
    """What LibreOffice lays out; gives the number of pages."""
    folder = path.parent
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    printed = path.with_suffix(".pdf")
    about = subprocess.run(["pdfinfo", printed], check=True, capture_output=True, text=True).stdout
    assert re.search(r"^Page size:.*A4", about, re.MULTILINE), about
    pages = int(re.search(r"^Pages:\s+(\d+)", about, re.MULTILINE)[1])
    text = subprocess.run(["pdftotext", "-layout", printed, "-"], check=True, capture_output=True, text=True).stdout
    assert all(f"Page {number} of {pages}" in text for number in range(1, pages + 1))
    plain = without_blanks(text)
    missing = [heading for heading in headings_of(page) if without_blanks(heading) not in plain]
    assert not missing, missing
    return pages


def main() -> None:
    """Two papers: with a vote, and without."""
    program = sys.argv[1]
    for authority in ("Derby", "Cardiff"):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "results"
            command = [program, "run", "--authority", authority, "--format", "html,docx", "--out", str(folder)]
            subprocess.run(command, check=True, capture_output=True)
            page = (folder / "briefing.html").read_text(encoding="utf-8")
            path = folder / "briefing.docx"
            check_structure(path, page)
            print(f"{authority}: briefing.docx opens in both, {check_pages(path, page)} pages of A4")


if __name__ == "__main__":
    main()
