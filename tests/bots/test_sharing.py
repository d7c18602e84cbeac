"""Parts of a reconciliation, judged by whoever is free: whatever becomes of the helpers, the result is the whole's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest

from bots.sharing import Sharing, answer, folder_of, waits
from bots.workspace import Workspace
from journal import Journal
from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.linking import Sides
from reconciliation.loose import Matching
from reconciliation.parts import in_parts
from reconciliation.policies import Policy
from reconciliation.reconciled import Reconciliation
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.reconciliation.frames import licence, side
from words.errors import SystemFailure

TERMS = Terms(LICENCE, Clock("2024-04-01", {"2024-03-15": "2024-03-22"}, "2024-04-03"), Policy(agreed="hold"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    (tmp_path / "yinxin.toml").write_text('title = "x"\n', encoding="utf-8")
    return Workspace(tmp_path)


@pytest.fixture
def journal(workspace: Workspace) -> Iterator[Journal]:
    """Its journal."""
    with workspace.journal() as opened:
        yield opened


def begun(journal: Journal) -> str:
    """Return a run that is at work."""
    return journal.begin_run("disclosure", "2024-01-01", "2024-04-01", "2024-04-01", dry_run=True)


def sides_of(count: int) -> Sides:
    """Return sides of so many decisions, some of which are not everywhere and come near another."""
    rows = [
        licence(document_number=f"审〔2024〕{n}号", certificate_number=f"X{n}", name=f"公司{n}") for n in range(count)
    ]
    near = [{**row, "document_number": f"审〔2024〕{n}0号"} for n, row in enumerate(rows) if n % 3 == 0]
    strangers = [{**row, "certificate_number": f"Y{n}", "name": f"公司{n}号"} for n, row in enumerate(near)]
    return {
        "source": side("source", rows),
        "ledger": side("ledger", [*rows[1::2], *strangers]),
        "feed": side("feed", rows[::4]),
    }


def same(one: Reconciliation, other: Reconciliation) -> bool:
    """Tell whether two reconciliations say the same in the same order."""
    return all(getattr(one, each.name).equals(getattr(other, each.name)) for each in fields(Reconciliation))


def all_of(workspace: Workspace, keys: Sequence[str]) -> None:
    """Judge all parts as helpers do."""
    assert all(waits(workspace, key) and answer(folder_of(workspace, key)) for key in keys)
    assert not any(waits(workspace, key) for key in keys)


def some_of(workspace: Workspace, keys: Sequence[str]) -> None:
    """Judge every other part."""
    all_of(workspace, keys[::2])


def nobody(_workspace: Workspace, _keys: Sequence[str]) -> None:
    """Judge nothing."""


def unreachable(_workspace: Workspace, _keys: Sequence[str]) -> None:
    """Fail, because the queue is away."""
    raise SystemFailure("queue-away", "The queue is away.", todo="Wait.")


def damaged(workspace: Workspace, keys: Sequence[str]) -> None:
    """Leave answers that were cut off."""
    all_of(workspace, keys)
    for file in folder_of(workspace).glob("*/*/answer/verdicts.arrow"):
        file.write_bytes(file.read_bytes()[:100])


def exchanged(workspace: Workspace, keys: Sequence[str]) -> None:
    """Leave the answer of one part with all the others."""
    all_of(workspace, keys)
    first, *others = (folder_of(workspace, key) / "answer" for key in keys)
    for other in others:
        shutil.rmtree(other)
        shutil.copytree(first, other)


def of_another_edition(workspace: Workspace, keys: Sequence[str]) -> None:
    """Refuse, because the parts come from another edition."""
    terms = folder_of(workspace, keys[0]).parent / "terms.json"
    terms.write_text(json.dumps({**json.loads(terms.read_text("utf-8")), "version": "0.0.0"}), encoding="utf-8")
    assert not any(answer(folder_of(workspace, key)) for key in keys)


@pytest.mark.parametrize("helpers", [all_of, some_of, nobody, unreachable, damaged, of_another_edition])
def test_whatever_the_helpers_do_the_parts_add_up(
    workspace: Workspace, journal: Journal, helpers: Callable[[Workspace, Sequence[str]], None]
) -> None:
    """Verdicts, differences, what is near and why not are those of the whole; nothing is left lying about."""
    called: list[str] = []

    def call(keys: Sequence[str]) -> None:
        called.extend(keys)
        helpers(workspace, keys)

    sides = sides_of(30)
    found = in_parts(sides, TERMS, 10, Sharing(workspace, begun(journal), call))
    assert same(found, reconcile(sides, TERMS))
    assert len(called) > 3
    assert list(folder_of(workspace).iterdir()) == []


def test_the_answer_of_other_rows_is_not_taken(workspace: Workspace, journal: Journal) -> None:
    """An answer that speaks of more or fewer rows than the part has is judged again."""
    sides = {**sides_of(5), "ledger": side("ledger", []), "feed": side("feed", [])}
    sharing = Sharing(workspace, begun(journal), lambda keys: exchanged(workspace, keys))
    assert same(in_parts(sides, TERMS, 4, sharing), reconcile(sides, TERMS))


def test_what_cannot_be_laid_out_is_judged_by_the_run_alone(workspace: Workspace, journal: Journal) -> None:
    """The shared folder is not mounted, or full."""
    workspace.state.mkdir(exist_ok=True)
    (workspace.state / "evidence").write_text("not a folder", encoding="utf-8")
    sides = sides_of(9)
    sharing = Sharing(workspace, begun(journal), lambda _keys: pytest.fail("nobody is to be called"))
    assert same(in_parts(sides, TERMS, 4, sharing), reconcile(sides, TERMS))


def test_the_parts_of_a_run_that_died_are_taken_away(workspace: Workspace, journal: Journal) -> None:
    """Those of a run at work, and of a journal that is not ours, stay."""
    dead, alive = begun(journal), begun(journal)
    journal.finish_run(dead, "stopped", {}, {"error": "crashed"})
    for name in (f"{dead}-1", f"{alive}-1", "somebody-1"):
        folder_of(workspace, f"{name}/0").mkdir(parents=True)
    in_parts(sides_of(9), TERMS, 4, Sharing(workspace, alive, lambda _keys: None))
    assert {folder.name for folder in folder_of(workspace).iterdir()} == {f"{alive}-1", "somebody-1"}


@pytest.mark.parametrize("key", ["../../other/0", "run-1/../0", "/etc/0", "run-1/0/x", ""])
def test_a_key_that_leads_elsewhere_names_no_part(workspace: Workspace, key: str) -> None:
    """Whoever can write the queue does not choose what is read."""
    assert not waits(workspace, key)


@pytest.mark.parametrize(
    "terms",
    [
        TERMS,
        Terms(
            LICENCE, Clock("2024-04-01", {}, ""), Policy(fields={"name": "deliver"}), Matching(window=3), exact=False
        ),
    ],
)
def test_terms_survive_the_way_to_another_machine(terms: Terms) -> None:
    """As JSON, and back."""
    assert Terms.of(json.loads(json.dumps(terms.as_dict()))) == terms


def test_an_answer_is_read_as_it_was_written(workspace: Workspace, journal: Journal) -> None:
    """Every table keeps its columns and kinds, the empty ones too."""
    kinds: list[dict[str, pl.DataType]] = []

    def call(keys: Sequence[str]) -> None:
        all_of(workspace, keys)
        answered = folder_of(workspace, keys[0]) / "answer"
        kinds.extend(dict(pl.read_ipc_schema(answered / f"{each.name}.arrow")) for each in fields(Reconciliation))

    found = in_parts(sides_of(6), TERMS, 8, Sharing(workspace, begun(journal), call))
    assert kinds == [dict(getattr(found, each.name).schema) for each in fields(Reconciliation)]
