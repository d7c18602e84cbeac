// What the dom reader asks of a page to get to its next rows: buttons, numbers, page sizes, scrolling.
(({ plain, visible, all, found }) => {
  const CLICKABLE = "a, button, input[type=button], input[type=submit], input[type=image], [role=button], "
    + "[class*=pagination] li, [class*=paginate] li, [class*=pager] li, [class*=next]";
  const PAGER = "[class*=pag] div, [class*=pag] span"; // which some libraries make their buttons of
  const NEXT = /^((转到|去)?(下一?页|下頁|后一?页)[>›»]?|next(page)?[>›»]?|goto(the)?nextpage|[›>→])$/i;
  const MORE = /^(点击|点此)?(加载|查看|显示|展开)?更多(数据|记录|内容)?(>>)?$|^(load|show|view)more$/i;
  const sayings = (element) => [
    element.innerText, element.value, element.title, element.getAttribute("aria-label"),
    ...all("img", element).map((image) => image.alt || image.title),
  ].map(plain);

  const off = (element) => {
    const item = element.closest("li, a, button, [role=button]") || element;
    const named = (each) => /(^|[\s_-])(is-)?disabled($|[\s_-])/.test(String(each.className));
    const without = element.tagName === "A" && !element.getAttribute("href") && !element.onclick
      && getComputedStyle(element).cursor === "not-allowed";
    return element.disabled || element.hasAttribute("disabled") || element.getAttribute("aria-disabled") === "true"
      || item.getAttribute("aria-disabled") === "true" || named(element) || named(item) || without;
  };

  // The one that stands nearest after the table, else nearest before it.
  const nearest = (elements, table) => {
    if (!table) return elements[0] || null;
    const after = elements.filter((each) => table.root.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    return after[0] || elements[elements.length - 1] || null;
  };
  const deepest = (elements) => elements.filter((each) => !elements.some((other) => other !== each && each.contains(other)));
  const small = (element) => (element.innerText || "").length < 20;

  // On the last page, old systems write the same words without a link.
  const dead = ({ words }) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const says = (word) => (words ? word === plain(words) : NEXT.test(word) && word.length > 1);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (visible(parentElement) && !parentElement.closest("a, button, option") && data.split(/[\s|\u00a0]+/).map(plain).some(says)) return true;
    }
    return false;
  };

  const nextOf = (asked) => {
    const table = found(asked);
    const pointed = all(PAGER).filter((each) => getComputedStyle(each).cursor === "pointer");
    const live = [...new Set([...all(CLICKABLE), ...pointed])].filter((each) => visible(each) && small(each));
    const says = (each) => sayings(each).some((text) => (asked.words ? text === plain(asked.words) : NEXT.test(text)));
    const ways = [
      (each) => each.rel === "next" || says(each),
      (each) => !asked.words && /(^|\s)(\S*[-_])?next(\s|$)/i.test(String(each.className)),
      (each) => !asked.words && /^(»|>>)$/.test(plain(each.innerText)),
    ];
    for (const way of ways) {
      const control = nearest(deepest(live.filter(way)), table);
      if (control) return off(control) ? { state: "last" } : { state: "ready", control };
    }
    return dead(asked) ? { state: "last" } : numberOf(live, table, asked.number);
  };

  // A pager of numbers only: the next number, or the dots behind which it is.
  const numberOf = (live, table, number) => {
    const is = (text) => (each) => plain(each.innerText || each.value) === text;
    const pagerOf = (each) => each.parentElement.closest("ul, ol, tr, nav, [class*=pag]") || each.parentElement;
    const current = (pager) => all("*", pager).some((each) => !each.children.length && is(String(number))(each));
    const wanted = live.filter(is(String(number + 1))).filter((each) => current(pagerOf(each)));
    const dots = live.filter((each) => /^(\.\.\.|…)$/.test(plain(each.innerText))).filter((each) => current(pagerOf(each)));
    const control = nearest(deepest(wanted), table) || deepest(dots).pop();
    if (control) return { state: "ready", control };
    const ends = all("ul, ol, tr, nav, [class*=pag]").some((pager) => {
      const numbers = all("*", pager).filter((each) => visible(each) && !each.children.length && /^\d+$/.test(plain(each.innerText)));
      return number > 1 && numbers.length > 1 && numbers.length < 30 && Math.max(...numbers.map((each) => Number(plain(each.innerText)))) === number;
    });
    return { state: ends ? "last" : "none" };
  };

  const moreOf = ({ words }) => {
    const says = (each) => sayings(each).some((text) => (words ? text === plain(words) : MORE.test(text)));
    const control = deepest(all(`${CLICKABLE}, span, div`).filter((each) => visible(each) && small(each) && says(each))).pop();
    return control && !off(control) ? { state: "ready", control } : { state: control ? "last" : "none" };
  };

  // Only the frame that has the table is asked for what turns it.
  const turnOf = (asked) => (!found(asked) ? {} : asked.by === "more" ? moreOf(asked) : nextOf(asked));
  const turnState = (asked) => turnOf(asked).state || null;
  const turnControl = (asked) => turnOf(asked).control || null;

  // Where the page lets one choose how many rows it shows: a select, or something that drops a list down.
  const COUNT = /^(每页|显示)?(\d+)(条|项|行)?(\/页|\/page|每页|perpage|条记录)?$/i;
  const countOf = (text) => { const told = COUNT.exec(plain(text)); return told ? Number(told[2]) : 0; };
  const plausible = (counts) => counts.length > 1 && counts.every((count) => count >= 5 && count <= 1000);
  const sizeSelect = (asked) => !found(asked) ? null : all("select").filter(visible)
    .find((select) => plausible([...select.options].filter((option) => !/全部|all/i.test(option.text)).map((option) => countOf(option.text)))) || null;
  const sizeBox = (asked) => !found(asked) ? null : all("[class*=pagination] .el-select, [class*=pagination] .ant-select, [class*=pag] [role=combobox], [class*=pag] [class*=size]")
    .filter(visible).find((each) => countOf(each.innerText || each.querySelector("input")?.value)) || null;
  const sizeOption = () => {
    const options = all(".el-select-dropdown__item, .ant-select-item-option, [role=option], [class*=dropdown] li")
      .filter((each) => each.getBoundingClientRect().height > 1 && countOf(each.innerText));
    const largest = (best, each) => (best && countOf(best.innerText) >= countOf(each.innerText) ? best : each);
    return options.reduce(largest, null);
  };
  const sizeLargest = (asked) => {
    const select = sizeSelect(asked);
    const counted = (option) => ({ value: option.value, count: countOf(option.text), chosen: option.selected });
    return select && [...select.options].map(counted).reduce((best, each) => (best.count >= each.count ? best : each));
  };
  const sizeOf = (element) => countOf(element.innerText);

  // What scrolls the rows: the nearest thing around them that has more than it shows, else the page.
  const scroller = (table) => {
    const start = table.rows.fit.length ? table.rows.fit[0].rows[0] : table.root;
    for (let each = start.parentElement; each && each !== document.body; each = each.parentElement) {
      if (each.scrollHeight > each.clientHeight + 2 && each.clientHeight && getComputedStyle(each).overflowY !== "visible") return each;
    }
    return document.scrollingElement;
  };
  const scroll = (asked) => {
    const table = found(asked);
    if (!table) return null;
    const box = scroller(table);
    const height = box.clientHeight;
    const from = asked.from ?? box.scrollTop;
    box.scrollTop = asked.top ? 0 : Math.min(from + Math.max(height * 0.7, 40), box.scrollHeight);
    // What is drawn for a new place is drawn by the frame after it.
    const drawn = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    const late = new Promise((done) => setTimeout(done, 500));
    return Promise.race([drawn, late]).then(() => ({ at: box.scrollTop, end: box.scrollTop + height >= box.scrollHeight - 2 }));
  };

  // Whether the rows are drawn only while one scrolls past them.
  const virtual = (asked) => {
    const table = found(asked);
    const box = table && scroller(table);
    if (!box || box === document.scrollingElement) return false;
    const height = table.rows.fit.reduce((sum, { rows }) => sum + rows[0].getBoundingClientRect().height, 0);
    return box.scrollHeight > box.clientHeight + 2 && height < box.scrollHeight * 0.9;
  };

  return { virtual, turnState, turnControl, sizeSelect, sizeBox, sizeOption, sizeLargest, sizeOf, scroll };
})
