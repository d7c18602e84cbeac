"""A record is sent once, and its outcome is what the system says, or not known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from connectors.browser import Browsers
from tests.connectors.portal_forms.office import ROWS, SENT, Office, deliver, feed_at, json_answer, native, page, saved
from words.errors import DeliveryError

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN = native(*ROWS.values())
#: A form that sends itself as JSON and says what came back in a message that is gone after a moment.
SCRIPTED = """
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(event.target));
  const send = () => fetch('/save', {method: 'POST', headers: {'content-type': 'application/json'},
    body: JSON.stringify(values)}).then((answer) => answer.json());
  const [answer] = await Promise.all(Array.from({length: TIMES}, send));
  const toast = document.createElement('div');
  toast.textContent = answer.code === 0 ? '保存成功' : answer.msg;
  document.body.append(toast);
  setTimeout(() => toast.remove(), 5);
});
"""


def scripted(times: int = 1) -> str:
    """A form that sends each record so often."""
    return native(*ROWS.values(), script=SCRIPTED.replace("TIMES", str(times)))


def told(code: int, message: str, *, keeps: bool) -> Callable[[Office, dict[str, Any]], Response]:
    """An answer as JSON."""

    def answer(office: Office, values: dict[str, Any]) -> Response:
        if keeps:
            office.stored.append(values)
        return json_answer(code, message)

    return answer


async def test_a_message_that_is_gone_at_once_is_heard(browsers: Browsers, tmp_path: Path) -> None:
    """Five milliseconds are enough; the raw answer is kept as the receipt's paper."""
    office = Office(scripted(), told(0, "", keeps=True))
    async with feed_at(office, browsers, tmp_path) as feed:
        receipt = await deliver(feed)
    assert receipt.accepted == ("r1",)
    assert receipt.papers == (("answer", b'{"code": 0, "msg": ""}'),)


async def test_what_the_browser_s_own_dialog_says_counts(browsers: Browsers, tmp_path: Path) -> None:
    """Old systems say it in an alert, which nobody sees afterwards."""
    office = Office(scripted().replace("document.body.append(toast)", "alert(toast.textContent)"))
    async with feed_at(office, browsers, tmp_path) as feed:
        for code, refused in ((0, {}), (1, {"r1": "数据已存在"})):
            office.answer = told(code, "数据已存在", keeps=True)
            assert (await deliver(feed)).refused == refused


async def test_a_page_that_sends_twice_reaches_the_system_once(browsers: Browsers, tmp_path: Path) -> None:
    """The second of two equal requests gets the answer to the first."""
    office = Office(scripted(3), told(0, "", keeps=True))
    async with feed_at(office, browsers, tmp_path) as feed:
        assert (await deliver(feed)).accepted == ("r1",)
    assert len(office.sent) == 1


async def test_a_refusal_is_the_system_s_own_words(browsers: Browsers, tmp_path: Path) -> None:
    """What the page says is the reason, as it is written there, even if it holds the words of success."""
    office = Office(scripted(), told(1, "未保存成功：该文书号已存在", keeps=False))
    async with feed_at(office, browsers, tmp_path) as feed:
        receipt = await deliver(feed)
    assert receipt.refused == {"r1": "未保存成功：该文书号已存在"}


async def test_the_answer_to_the_page_s_request_decides_where_it_is_declared(
    browsers: Browsers, tmp_path: Path
) -> None:
    """Whatever the page says: it is not asked."""
    office = Office(scripted().replace("保存成功", "好的"))
    answer = {"url": "/save$", "done": '"code":0,', "refused": '"msg":"([^"]+)"'}
    async with feed_at(office, browsers, tmp_path, answer=answer) as feed:
        for code, refused in ((0, {}), (7, {"r1": "重复"})):
            office.answer = told(code, "重复", keeps=True)
            assert (await deliver(feed)).refused == refused


async def test_a_form_that_refuses_by_itself_is_heard_where_an_answer_is_declared(
    browsers: Browsers, tmp_path: Path
) -> None:
    """Nothing leaves, so there is no answer: what the form writes at the field is the reason."""
    script = (
        "document.querySelector('form').onsubmit = (event) => { event.preventDefault();"
        " document.querySelector('p').insertAdjacentHTML('beforeend', '<b class=field-error>名称不合规</b>'); };"
    )
    office = Office(native(*ROWS.values(), script=script))
    answer = {"url": "/save$", "done": '"code":0,', "refused": '"msg":"([^"]+)"'}
    async with feed_at(office, browsers, tmp_path, answer=answer) as feed:
        receipt = await deliver(feed)
    assert receipt.refused == {"r1": "行政相对人名称: 名称不合规"}
    assert office.sent == []


async def test_an_answer_of_neither_kind_is_not_known(browsers: Browsers, tmp_path: Path) -> None:
    """Neither pattern: nothing is guessed."""
    office = Office(scripted(), told(0, "", keeps=True))
    answer = {"url": "/save$", "done": "success", "refused": "failure"}
    async with feed_at(office, browsers, tmp_path, answer=answer) as feed:
        with pytest.raises(DeliveryError, match="says neither"):
            await deliver(feed)


async def test_kept_and_then_a_server_error_is_not_known_and_not_sent_again(browsers: Browsers, tmp_path: Path) -> None:
    """Even where the page says that it failed."""

    def answer(office: Office, values: dict[str, Any]) -> Response:
        office.stored.append(values)
        return HTMLResponse(page("保存失败"), status_code=500)

    office = Office("", answer)
    async with feed_at(office, browsers, tmp_path) as feed:
        for sent, form in enumerate((PLAIN, scripted()), 1):
            office.pages["/form"] = form
            with pytest.raises(DeliveryError, match="HTTP 500") as caught:
                await deliver(feed)
            assert (caught.value.code, len(office.sent)) == ("delivery-failed", sent)


async def test_kept_and_then_silence_is_not_known_and_not_sent_again(browsers: Browsers, tmp_path: Path) -> None:
    """The wait ends at the portal's time limit."""

    async def answer(office: Office, values: dict[str, Any]) -> Response:
        office.stored.append(values)
        await asyncio.sleep(6)
        return HTMLResponse("")

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path, seconds=4) as feed:
        with pytest.raises(DeliveryError):
            await deliver(feed)
    assert office.sent == [SENT]


async def test_kept_and_then_cut_off_is_not_known_and_not_sent_again(browsers: Browsers, tmp_path: Path) -> None:
    """On a connection that was used before, too, where a browser would quietly send it once more."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"<p>"
        raise OSError

    def answer(office: Office, values: dict[str, Any]) -> Response:
        office.stored.append(values)
        return HTMLResponse(page("保存成功")) if len(office.stored) == 1 else StreamingResponse(broken())

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
        with pytest.raises(DeliveryError, match="broke off"):
            await deliver(feed)
    assert office.sent == [SENT, SENT]


async def test_errors_at_the_fields_are_a_refusal(browsers: Browsers, tmp_path: Path) -> None:
    """The form comes back with what is wrong at which field."""

    def answer(_office: Office, _values: dict[str, Any]) -> Response:
        wrong = '<div class="form-group"><label>文书号*</label><input><span class="bad">格式不正确</span></div>'
        return HTMLResponse(page(f"<form>{wrong}</form>"))

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path, errors=".bad") as feed:
        receipt = await deliver(feed)
    assert receipt.refused == {"r1": "文书号: 格式不正确"}


async def test_a_picture_of_a_refusal_shows_no_identity_number(browsers: Browsers, tmp_path: Path) -> None:
    """Not even in the inputs of the form that came back."""

    def answer(_office: Office, _values: dict[str, Any]) -> Response:
        return HTMLResponse(page("<p>数据已存在</p><input id=number value=15010519900307123X>"))

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
        looking = await feed._portal.visit.enter(None)
        assert await looking.page.input_value("#number") == "150105************"
        assert [piece.kind for piece in feed._portal.album.take()] == ["screenshot"]


async def test_what_the_form_itself_refuses_is_a_refusal_and_nothing_is_sent(
    browsers: Browsers, tmp_path: Path
) -> None:
    """A pattern or a demand of the input holds for us as for a person."""
    strict = '<div><span>文书号</span> <input name="文书号" pattern="[A-Z]+"></div>'
    office = Office(native(*{**ROWS, "文书号": strict}.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        receipt = await deliver(feed)
    assert receipt.refused["r1"].startswith("文书号: ")
    assert office.sent == []


async def test_a_page_that_says_both_is_not_believed(browsers: Browsers, tmp_path: Path) -> None:
    """Done and refused at once is neither."""

    def answer(_office: Office, _values: dict[str, Any]) -> Response:
        return HTMLResponse(page("<p>保存成功</p><p>数据已存在</p>"))

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path) as feed:
        with pytest.raises(DeliveryError, match="both"):
            await deliver(feed)


async def test_words_that_stood_there_before_say_nothing(browsers: Browsers, tmp_path: Path) -> None:
    """A hint that speaks of success is no success, even when the page comes back with it."""
    hint = "<p>提示：保存成功后可在列表查看</p>"

    def answer(_office: Office, _values: dict[str, Any]) -> Response:
        return HTMLResponse(native(hint, *ROWS.values()))

    office = Office(native(hint, *ROWS.values()), answer)
    async with feed_at(office, browsers, tmp_path, seconds=4) as feed:
        with pytest.raises(DeliveryError, match="does not say"):
            await deliver(feed)


async def test_a_redirect_to_the_list_with_the_words_is_done(browsers: Browsers, tmp_path: Path) -> None:
    """Old systems save and show the list."""

    def answer(office: Office, values: dict[str, Any]) -> Response:
        saved(office, values)
        return RedirectResponse("/records", status_code=302)

    office = Office(PLAIN, answer)
    office.pages["/records"] = page("<p>保存成功</p><table></table>")
    async with feed_at(office, browsers, tmp_path) as feed:
        assert (await deliver(feed)).accepted == ("r1",)
        assert (await deliver(feed)).accepted == ("r1",)
    assert office.sent == [SENT, SENT]


async def test_a_form_of_parts_is_not_repeated_by_the_browser(browsers: Browsers, tmp_path: Path) -> None:
    """A multipart form without a file goes the same way as any other: on no connection that was used before."""
    form = PLAIN.replace('method="post"', 'method="post" enctype="multipart/form-data"')
    office = Office(form)
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
        await deliver(feed)
        assert feed._entries
        assert len(feed._entries._open.sending.came) == 1
    assert office.sent == [SENT, SENT]


async def test_parts_that_a_script_sends_twice_reach_the_system_once(browsers: Browsers, tmp_path: Path) -> None:
    """Equal bodies are equal, although each has another line between its parts."""
    script = SCRIPTED.replace("TIMES", "2").replace("headers: {'content-type': 'application/json'},", "")
    script = script.replace("JSON.stringify(values)", "new FormData(event.target)")
    office = Office(native(*ROWS.values(), script=script), told(0, "", keeps=True))
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
    assert office.sent == [SENT]


async def test_a_dialog_that_asks_once_more_is_answered_and_never_the_button_itself(
    browsers: Browsers, tmp_path: Path
) -> None:
    """Both buttons have the same words here: the one that was pressed is not pressed again."""
    dialog = (
        '<div role="dialog" id="d" hidden><p>确定提交吗？</p><input><button type="button" id="y">保存</button></div>'
    )
    script = (
        "const form = document.querySelector('form'), dialog = document.getElementById('d'); let asked = 0;"
        "form.onsubmit = (event) => { event.preventDefault(); asked += 1; if (asked === 1)"
        " setTimeout(() => { dialog.hidden = false; }, 150); else form.submit(); };"
        "document.getElementById('y').onclick = () => form.submit();"
    )
    office = Office(native(*ROWS.values(), script="").replace("</form>", f"</form>{dialog}<script>{script}</script>"))
    async with feed_at(office, browsers, tmp_path, confirm="保存") as feed:
        await deliver(feed)
    assert office.sent == [SENT]


async def test_a_session_that_ends_at_the_press_is_not_known(browsers: Browsers, tmp_path: Path) -> None:
    """The page that comes is a login: whether the record was taken is for the list to say."""

    def answer(_office: Office, _values: dict[str, Any]) -> Response:
        return HTMLResponse("<form>密码 <input type=password></form>")

    office = Office(PLAIN, answer)
    async with feed_at(office, browsers, tmp_path) as feed:
        with pytest.raises(DeliveryError):
            await deliver(feed)
    assert len(office.sent) == 1
