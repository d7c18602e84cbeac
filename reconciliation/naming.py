"""Every look of the workbook as a named cell style, so that whoever prints it can change one at a time.

The writer library knows only cell formats. Only this module knows how it writes the styles of a file.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.styles import Styles as StylesPart
from xlsxwriter.styles import XFormatType


class NamedBook(Workbook):  # type: ignore[misc] # the library is untyped
    """A workbook whose formats can bear names."""

    def __init__(self, filename: str, options: Mapping[str, object]) -> None:
        super().__init__(filename, dict(options))
        self.named: dict[str, Format] = {}

    def _get_packager(self) -> Packager:
        return _Packager()


class _Packager(Packager):  # type: ignore[misc]
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
