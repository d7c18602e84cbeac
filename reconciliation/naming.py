"""A workbook whose looks are named cell styles, so that whoever prints it can change one at a time, packed quickly.

The writer library knows only cell formats, and leaves packing to the slow usual level of zip files. Only this module
knows how it writes styles and puts the parts of a file together.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.styles import Styles as StylesPart
from xlsxwriter.styles import XFormatType

#: A fifth more room than at the usual level, for half of the time.
LEVEL = 2
_HUGE, _PIECE = 1 << 31, 1 << 20


class NamedBook(Workbook):  # type: ignore[misc] # the library is untyped
    """A workbook whose formats can bear names."""

    def __init__(self, filename: str, options: Mapping[str, object]) -> None:
        super().__init__(filename, dict(options))
        self.named: dict[str, Format] = {}
        self.parts: Sequence[tuple[str, str, bool]] = ()

    def _get_packager(self) -> Packager:
        return _Packager()

    def _store_workbook(self) -> None:
        super()._store_workbook()
        with ZipFile(self.filename, "w", ZIP_DEFLATED, compresslevel=LEVEL) as packed:
            for file, name, _is_binary in self.parts:
                part = Path(file)
                # Opened by its name, a part bears no date of its own.
                with part.open("rb") as content, packed.open(name, "w", force_zip64=_is_huge(part)) as to:
                    shutil.copyfileobj(content, to, _PIECE)
                part.unlink()


def _is_huge(part: Path) -> bool:
    return part.stat().st_size >= _HUGE


class _Packager(Packager):  # type: ignore[misc]
    def _create_package(self) -> list[tuple[str, str, bool]]:
        """Hand the parts to the workbook, and none to the library's own packing."""
        self.workbook.parts = super()._create_package()
        return []

    def _write_styles_file(self) -> None:
        book = self.workbook
        counted = [book.xf_formats, book.palette, book.font_count, book.num_formats, book.border_count]
        part = _NamedStyles(book.named)
        part._set_style_properties([*counted, book.fill_count, book.custom_colors, book.dxf_formats, book.has_comments])
        part._set_xml_writer(self._filename("xl/styles.xml"))
        part._assemble_xml_file()


class _NamedStyles(StylesPart):  # type: ignore[misc]
    """The part of a file with its styles; a format that equals an earlier one has no style of its own."""

    def __init__(self, named: Mapping[str, Format]) -> None:
        super().__init__()
        self._given = named

    def _write_cell_style_xfs(self) -> None:
        written = {id(each) for each in self.xf_formats}
        self._named = {name: each for name, each in self._given.items() if id(each) in written}
        builtin = 1 + self.has_hyperlink
        self._xml_start_tag("cellStyleXfs", [("count", builtin + len(self._named))])
        self._write_xf(self.xf_formats[0], XFormatType.STYLE)
        if self.has_hyperlink:
            self._write_style_xf(True, self.hyperlink_font_id)
        for number, each in enumerate(self._named.values(), builtin):
            each.xf_id = number
            self._write_xf(each, XFormatType.STYLE)
        self._xml_end_tag("cellStyleXfs")

    def _write_cell_styles(self) -> None:
        self._xml_start_tag("cellStyles", [("count", 1 + self.has_hyperlink + len(self._named))])
        if self.has_hyperlink:
            self._write_cell_style("Hyperlink", 1, 8)
        self._write_cell_style()
        for name, each in self._named.items():
            self._xml_empty_tag("cellStyle", [("name", name), ("xfId", each.xf_id)])
        self._xml_end_tag("cellStyles")
