"""What a pack says of itself: the letter to whoever opens it, and the program that verifies it."""

from __future__ import annotations

from bots.scoping import Scope
from words.languages import N_
from words.languages import gettext as _

#: Runs with any Python 3 and nothing else; it only reads.
PROGRAM = '''\
"""Verifies this pack: every file has the hash in manifest.json, and every event the hash that its content gives."""

import hashlib
import json
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
manifest = json.loads((here / "manifest.json").read_text("utf-8"))
bad = [
    name
    for name, entry in manifest["files"].items()
    if not (here / name).is_file() or hashlib.sha256((here / name).read_bytes()).hexdigest() != entry["sha256"]
]
events = [json.loads(line) for line in (here / "data/events.jsonl").read_text("utf-8").splitlines()]
hashes = {event["seq"]: event["hash"] for event in events}
for event in events:
    content = [event[name] for name in ("seq", "at", "run_id", "kind", "subject", "data")]
    text = event["previous"] + "\\n" + json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    follows = hashes.get(event["seq"] - 1, event["previous"]) == event["previous"]
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != event["hash"] or not follows:
        bad.append(f"event {event['seq']}")
print(f"{len(manifest['files'])} files, {len(events)} events:", "all as they were packed" if not bad else bad)
sys.exit(bool(bad))
'''

_LETTER = N_(
    """\
Evidence of Yinxin 印信: {about}

reports/    the workbook of each run; the links on its sheet of evidence open the files of this pack
evidence/   screenshots, page sources and delivered files, as they were kept, named by their SHA-256
receipts/   what the receivers answered, as it came, named by its SHA-256
data/       verdicts, deliveries, decisions of persons and receipts as tables; events.jsonl is the event log
manifest.json   the size and the SHA-256 of every file, and what was not there any more
verify.py   checks all of it: python3 verify.py

Personal numbers are masked in workbooks and tables. Delivered files, receipts and page sources are as they were kept
and may hold them in full: hand this pack on only to whoever may see them.

How to verify
1. Unpack all of it into one folder and run verify.py there; or compare the SHA-256 of any file with manifest.json.
2. Every event bears the hash of its own content and of the event before it. verify.py recomputes those that are here.
3. The newest event when this was packed was number {seq} with the hash
   {head}
   The bureau proves with "yinxin audit verify --head {head}"
   that this hash is in its log, and with "yinxin audit export" that the events here are the ones in its log.
4. Each workbook bears the head of the log at the time of its run, on its first and on its last sheet.
"""
)


def letter(scope: Scope, head: tuple[int, str]) -> str:
    """Return the letter in the reader's language."""
    return _(_LETTER).format(about=scope.number or scope.name, seq=head[0], head=head[1])
