"""The canonical records, each defined once; their field metadata drives everything else."""

from mappings.standards.commitment import COMMITMENT, COMMITMENT_CASE
from mappings.standards.fields import Field, Kind, Standard
from mappings.standards.licence import LICENCE
from mappings.standards.penalty import PENALTY

STANDARDS: dict[str, Standard] = {each.name: each for each in (LICENCE, PENALTY, COMMITMENT, COMMITMENT_CASE)}

__all__ = ["COMMITMENT", "COMMITMENT_CASE", "LICENCE", "PENALTY", "STANDARDS", "Field", "Kind", "Standard"]
