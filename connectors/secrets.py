"""Secrets are only ever named; their values come from the environment, the system keyring, or a file with mode 0600."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path

from words.errors import Place, UsageError
from words.languages import gettext as _
from words.masking import conceal

_SERVICE = "yinxin"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one workspace."""

    file: Path

    def value(self, name: str) -> str:
        """Return a secret: ``YINXIN_SECRET_<NAME>``, then the keyring, then the workspace's secrets file.

        From then on no log of this process shows it.

        Raises:
            UsageError: nothing holds it, or others can read the file.
        """
        found = os.environ.get(f"YINXIN_SECRET_{name.upper()}") or self._from_file(name) or _from_keyring(name)
        if not found:
            raise UsageError(
                "secret-missing",
                _("The secret “{name}” is not stored anywhere.").format(name=name),
                todo=_("Set the variable YINXIN_SECRET_{upper}, or write it into the secrets file (mode 0600).").format(
                    upper=name.upper()
                ),
                place=Place(file=str(self.file), field=name),
            )
        conceal(found)
        return found

    def _from_file(self, name: str) -> str | None:
        if not self.file.is_file():
            return None
        if os.name == "posix" and stat.S_IMODE(self.file.stat().st_mode) & 0o077:
            raise UsageError(
                "secrets-readable",
                _("Others on this machine can read the secrets file."),
                todo=_("Run: chmod 600 {file}").format(file=self.file),
                place=Place(file=str(self.file)),
            )
        try:
            value = tomllib.loads(self.file.read_text(encoding="utf-8")).get(name)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            line = re.search(r"line (\d+)", str(error))
            raise UsageError(
                "secrets-unreadable",
                _("The secrets file is not readable TOML."),
                todo=_('Write one line per secret: name = "value"; quotation marks are the usual cause.'),
                place=Place(file=str(self.file), line=int(line[1]) if line else None),
            ) from None
        return value if isinstance(value, str) else None


def _from_keyring(name: str) -> str | None:
    """Ask the system keyring; a machine without one simply holds no secrets there."""
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(_SERVICE, name)
    except keyring.errors.KeyringError:
        return None
