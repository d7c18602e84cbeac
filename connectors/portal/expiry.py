"""Whether an answer is really a login page: six ways in which portals say so, most of them with HTTP 200."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from connectors.portal.declared import PortalDeclared
from connectors.portal.filling import charset
from connectors.wire import Answer

_GONE = re.compile(r"登录超时|登录已过期|请重新登录|会话已?失效|session (?:has )?expired", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"type\s*=\s*[\"']?password", re.IGNORECASE)
_CODE = re.compile(rb'"code"\s*:\s*"?40')
_UNAUTHORISED = frozenset({"401", "403", "40101", "40301"})
_HEAD = 20_000  # bytes in which a login page shows itself


def expired(declared: PortalDeclared, answer: Answer) -> bool:
    """Whether an answer asks for a login instead of giving what was asked for."""
    if answer.status in {401, 403}:
        return True
    if 300 <= answer.status < 400:
        return _leads_to(declared.login.page, answer.headers.get("location", ""))
    if answer.headers.get("content-type", "").startswith("application/json"):
        return bool(_CODE.search(answer.content)) and _says_unauthorised(answer.content)
    start = answer.content[:_HEAD]
    words = start.decode(charset(declared.encoding), "replace")
    return bool(_PASSWORD_FIELD.search(start)) or bool(_GONE.search(words))


def _leads_to(login: str, location: str) -> bool:
    """Whether a redirect leads to the login, which may be the very root of the site."""
    if login.strip("/"):
        return login in location
    return bool(location) and urlsplit(location).path in {"", "/"}


def _says_unauthorised(content: bytes) -> bool:
    try:
        answer = json.loads(content)
    except ValueError:
        return False
    return isinstance(answer, dict) and str(answer.get("code", "")) in _UNAUTHORISED
