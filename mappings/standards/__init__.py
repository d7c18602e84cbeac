"""The canonical records, each defined once; their field metadata drives everything else."""

from mappings.standards.fields import Field, Kind, Standard
from mappings.standards.licence import LICENCE

STANDARDS: dict[str, Standard] = {LICENCE.name: LICENCE}

__all__ = ["LICENCE", "STANDARDS", "Field", "Kind", "Standard"]
