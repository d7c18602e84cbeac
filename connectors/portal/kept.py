"""What is kept of a session between runs, encrypted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Kept:
    """What is kept of a session: the browser's storage, session storage, and the headers that scripts add."""

    state: dict[str, Any] = field(default_factory=dict)
    session_storage: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionStore:
    """Sessions on disk, encrypted with a key that only this user can read."""

    folder: Path

    def load(self, name: str) -> Kept | None:
        """Return a kept session, or None when there is none that this key opens."""
        from cryptography.fernet import Fernet, InvalidToken

        file, key = self.file(name), self.folder / "key"
        if not file.is_file() or not key.is_file():
            return None
        try:
            return Kept(**json.loads(Fernet(key.read_bytes()).decrypt(file.read_bytes())))
        except (InvalidToken, ValueError, TypeError):  # of another key, or damaged
            return None

    def file(self, name: str) -> Path:
        """Return the file of a portal's session, whether or not there is one."""
        return self.folder / f"{name}.session"

    def save(self, name: str, kept: Kept) -> None:
        """Keep a session for the next run."""
        from cryptography.fernet import Fernet

        sealed = Fernet(self._key()).encrypt(json.dumps(asdict(kept)).encode())
        self.file(name).write_bytes(sealed)

    def _key(self) -> bytes:
        from cryptography.fernet import Fernet

        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_bytes(Fernet.generate_key())
        return file.read_bytes()
