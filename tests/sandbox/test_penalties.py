"""Penalties of the city: what is planted is told, the exchange table holds it, the platform takes what is signed."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from sandbox.city import build_city
from sandbox.credit_penalties import as_stored
from sandbox.model import City
from sandbox.penalties import build_penalties, due, with_penalties
from sandbox.penalty_gate import APP, SECRET
from sandbox.penalty_mistakes import KINDS
from sandbox.penalty_model import Penalties
from sandbox.penalty_table import change, fill
from tests.sandbox.visitors import visit

_NUMBERS = count()


@pytest.fixture(scope="module")
def made() -> City:
    """A small city with its penalties."""
    return with_penalties(build_city(1, 0.04))


@pytest.fixture(scope="module")
def penalties(made: City) -> Penalties:
    """Its penalties."""
    assert made.penalties
    return made.penalties


@dataclass(slots=True)
class Visitor:
    """Somebody who knows how requests are signed."""

    client: httpx.AsyncClient
    token: str = ""

    async def enter(self) -> None:
        """Get a token."""
        answer = await self.client.post("/penalties/token", json={"appKey": APP, "appSecret": SECRET})
        self.token = answer.json()["data"]["accessToken"]

    async def ask(self, method: str, where: str, body: Any = None, **wrong: str) -> Any:
        """Send a signed request, with whatever is to be wrong about it."""
        path, content = f"/penalties/{where}", b"" if body is None else json.dumps(body).encode()
        stamp, nonce = str(int(time.time() * 1000)), f"n{next(_NUMBERS)}"
        signed = "\n".join((method, path.partition("?")[0], stamp, nonce, sha256(content).hexdigest()))
        headers = {
            "X-App-Key": APP,
            "X-Access-Token": self.token,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": hmac.digest(SECRET.encode(), signed.encode(), "sha256").hex(),
        } | wrong
        return (await self.client.request(method, path, content=content, headers=headers)).json()

    async def hand_over(self, name: str, *records: dict[str, str], where: str = "batches") -> list[dict[str, Any]]:
        """Hand a batch over and wait for what became of its rows."""
        number = (await self.ask("POST", where, {"batchName": name, "records": records}))["data"]["batchNo"]
        for _turn in range(100):
            told = (await self.ask("GET", f"batches/{number}"))["data"]
            if told["state"] in {"2", "3"}:
                return list(told["rows"])
            await asyncio.sleep(0.01)
        raise AssertionError(told)

    async def shown(self) -> list[dict[str, Any]]:
        """All that the platform shows."""
        return list((await self.ask("GET", "records?page=1&size=500"))["data"]["list"])


@asynccontextmanager
async def visiting(city: City, state: Path, minutes: float = 30) -> AsyncIterator[Visitor]:
    """A visitor with a token."""
    async with visit(city, state, session_minutes=minutes) as client:
        visitor = Visitor(client)
        await visitor.enter()
        yield visitor


def test_penalties_change_nothing_of_the_city(made: City) -> None:
    """A city with penalties has the same licences and the same truth, and the same seed gives the same penalties."""
    plain = build_city(1, 0.04)
    assert (made.decisions, made.published, made.truth) == (plain.decisions, plain.published, plain.truth)
    assert build_penalties(made) == made.penalties
    assert build_penalties(build_city(2, 0.04)) != made.penalties


@pytest.mark.parametrize("seed", [1, 2, 3, 7])
def test_every_row_ends_in_one_bucket(seed: int) -> None:
    """The truth knows every row of the table once, and every kind of mistake is there."""
    found = build_penalties(build_city(seed, 0.04))
    truth: Any = found.truth
    told = [*truth["records"], *truth["quarantined"]]
    assert sorted(row for each in told for row in each["rows"]) == list(range(1, len(found.rows) + 1))
    assert {each["kind"] for each in told} == {*KINDS, "plain"}
    counts = truth["counts"]
    assert counts["mapped"] == counts["due"] + counts["held"] + counts["already_disclosed"]
    assert counts["collected"] == counts["mapped"] + counts["quarantined"] == len(found.rows)


def test_parties_to_one_decision_share_its_number(penalties: Penalties) -> None:
    """Two rows of one number and two names are both due; two rows of one number and one name are not."""
    truth: Any = penalties.truth
    numbers = Counter(number for number, _name in {each.key for each in penalties.rows})
    planted = {each["document_number"] for each in truth["records"] if each["kind"] == "two_parties"}
    assert {number for number, times in numbers.items() if times > 1} == planted
    assert max(Counter(each.key for each in due(penalties)).values()) == 1


def test_the_table_holds_codes_and_amounts_in_yuan(penalties: Penalties) -> None:
    """What a clerk reads as 万元 stands there in 元, kinds are codes, and a change tells its time."""
    engine = create_engine("sqlite://")
    fill(penalties, engine)
    fill(penalties, engine)
    fined = next(
        place for place, each in enumerate(penalties.rows, 1) if each.values["CF_CFLB"].startswith("警告、罚款")
    )
    asked = text("SELECT cf_cflb, fk_je, cf_jdrq, gxsj FROM t_xzcf WHERE row_id = :row")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t_xzcf")).scalar_one() == len(penalties.rows)
        kinds, fine, decided, before = connection.execute(asked, {"row": fined}).one()
    assert kinds.startswith("01;02")
    assert round(float(fine)) == round(float(penalties.rows[fined - 1].values["CF_NR_FK"]) * 10_000)
    assert decided == penalties.rows[fined - 1].values["CF_JDRQ"]
    change(engine, fined, {"fk_je": 1}, datetime.fromisoformat("2024-08-13T08:00:00"))
    with engine.connect() as connection:
        _kinds, fine, _decided, after = connection.execute(asked, {"row": fined}).one()
    assert (float(fine), after > before) == (1.0, True)


async def test_what_is_due_is_taken_and_shown(made: City, penalties: Penalties, tmp_path: Path) -> None:
    """The platform takes every penalty that is due, beside those it showed before."""
    async with visiting(made, tmp_path) as visitor:
        before = len(await visitor.shown())
        told = await visitor.hand_over("a", *(as_stored(each.values) for each in due(penalties)))
        assert [each for each in told if each["code"] != "0"] == []
        assert len(await visitor.shown()) == before + len(told)


async def test_what_the_platform_would_refuse_is_refused(made: City, penalties: Penalties, tmp_path: Path) -> None:
    """Each planted mistake that is held for the platform's sake has its reason there, row by row."""
    truth: Any = penalties.truth
    kinds = ("dotted_name", "bare_other", "long_basis", "fine_missing", "masked_name", "wrong_check_character")
    rows = {
        each["kind"]: penalties.rows[each["rows"][0] - 1]
        for each in [*truth["records"], *truth["quarantined"]]
        if each["kind"] in kinds
    }
    async with visiting(made, tmp_path) as visitor:
        told = await visitor.hand_over("a", *(as_stored(rows[kind].values) for kind in kinds))
    reasons = dict(zip(kinds, (each["reason"] for each in told), strict=True))
    assert "包含非法字符" in reasons["dotted_name"]
    assert "须注明具体类别" in reasons["bare_other"]
    assert "最多800字节" in reasons["long_basis"]
    assert "处罚类别包含罚款" in reasons["fine_missing"]
    assert "*" in reasons["masked_name"]
    assert "校验位错误" in reasons["wrong_check_character"]


async def test_only_signed_requests_with_a_living_token_are_answered(made: City, tmp_path: Path) -> None:
    """A wrong signature, a nonce used twice, an old moment and a dead token are turned away by code."""
    async with visiting(made, tmp_path, 0.02) as visitor:
        assert (await visitor.ask("GET", "records"))["code"] == 0
        assert (await visitor.ask("GET", "records", **{"X-Signature": "0" * 64}))["code"] == 40103
        assert (await visitor.ask("GET", "records", **{"X-Nonce": "n0"}))["code"] == 40103
        assert (await visitor.ask("GET", "records", **{"X-Timestamp": "1"}))["code"] == 40103
        assert (await visitor.ask("GET", "records", **{"X-Access-Token": "x"}))["code"] == 40101
        await asyncio.sleep(1.3)
        assert (await visitor.ask("GET", "records"))["code"] == 40101
        await visitor.enter()
        assert (await visitor.ask("GET", "records"))["code"] == 0
        wrong = await visitor.client.post("/penalties/token", json={"appKey": APP, "appSecret": "x"})
        assert wrong.json()["code"] == 40101


async def test_a_penalty_is_corrected_and_taken_back(made: City, penalties: Penalties, tmp_path: Path) -> None:
    """A correction replaces the one record, a withdrawal removes it; both are remembered after a restart."""
    first = as_stored(next(due(penalties)).values)
    key = {code: first[code] for code in ("CF_WSH", "CF_XDR_MC")}
    async with visiting(made, tmp_path) as visitor:
        await visitor.hand_over("a", first)
        assert (await visitor.ask("POST", "batches", {"batchName": "a", "records": [first]}))["code"] == 40901
        assert "已存在" in (await visitor.hand_over("b", first))[0]["reason"]
        changed = first | {"CF_NR": "警告"}
        assert [each["code"] for each in await visitor.hand_over("c", changed, where="corrections")] == ["0"]
    async with visiting(made, tmp_path) as visitor:
        assert [each["CF_NR"] for each in await visitor.shown() if each["CF_WSH"] == first["CF_WSH"]] == ["警告"]
        names = [each["batchName"] for each in (await visitor.ask("GET", "batches?page=1&size=20"))["data"]["list"]]
        assert names == ["c", "b", "a"]
        assert (await visitor.ask("POST", "withdrawals", key))["code"] == 42201
        assert (await visitor.ask("POST", "withdrawals", {**key, "reason": "决定已撤销"}))["code"] == 0
        assert not [each for each in await visitor.shown() if each["CF_WSH"] == first["CF_WSH"]]


async def test_a_batch_may_be_lost_on_either_way(made: City, penalties: Penalties, tmp_path: Path) -> None:
    """Cut before or after it was taken, the asker hears nothing; the list of batches tells which it was."""
    first, second, *_rest = (as_stored(each.values) for each in due(penalties))
    async with visiting(made, tmp_path) as visitor:
        for fault, record in (("drop_before_commit", first), ("drop_after_commit", second)):
            await visitor.client.post("/faults", json={"system": "penalties", "fault": fault})
            with pytest.raises(ConnectionAbortedError):
                await visitor.ask("POST", "batches", {"batchName": fault, "records": [record]})
        listed = (await visitor.ask("GET", "batches"))["data"]["list"]
        assert [each["batchName"] for each in listed] == ["drop_after_commit"]


async def test_what_is_no_batch_is_told(made: City, tmp_path: Path) -> None:
    """No name, no list, no JSON: a code, and nothing is taken."""
    async with visiting(made, tmp_path) as visitor:
        bodies: list[Any] = [{"records": []}, {"batchName": "a"}, {"batchName": "a", "records": ["x"]}, ["x"]]
        for body in bodies:
            assert (await visitor.ask("POST", "batches", body))["code"] == 40001
        assert (await visitor.ask("GET", "batches/CFSB1"))["code"] == 40001
