"""Pure: matching, verdicts, rates; and the workbook that shows them."""
