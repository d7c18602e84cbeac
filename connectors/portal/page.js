// What the connector asks of a page, by the words a person reads there. Evaluates to an object of functions.
(() => {
  const plain = (text) => (text || "").replace(/[\s\u3000\u00a0\u200b*＊:：]/g, "");
  const visible = (element) => !!element && element.getClientRects().length > 0;
  // What a person can reach: not a decoy that lies off the page, is invisible, or has no size.
  const reachable = (element) => {
    if (!visible(element)) return false;
    const box = element.getBoundingClientRect();
    const seen = !element.checkVisibility || element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return seen && box.width > 3 && box.height > 3 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
  };
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The words that stand at an input: its label, its form item's label, the cell or text before it, its placeholder.
  const wordsAt = (input) => {
    const item = input.closest(".el-form-item, .ant-form-item, .layui-form-item, .form-group");
    const cell = input.closest("td");
    return [
      ...[...(input.labels || [])].map((label) => label.innerText),
      input.getAttribute("aria-label"),
      item && item.querySelector("label") && item.querySelector("label").innerText,
      cell && cell.previousElementSibling && cell.previousElementSibling.innerText,
      input.previousSibling && input.previousSibling.textContent,
      input.placeholder,
      input.title,
    ].map(plain).filter(Boolean);
  };

  // The nearest words before an input.
  const before = (input) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    walker.currentNode = input;
    for (let step = 0; step < 80 && walker.previousNode(); step += 1) {
      const node = walker.currentNode;
      if (node.nodeType === Node.TEXT_NODE) {
        const words = visible(node.parentElement) ? plain(node.data) : "";
        if (words) return words;
      } else if (node.matches("input, select, textarea, button, table, [role=button]") && reachable(node)) return "";
    }
    return "";
  };

  // Whether two inputs are the ends of one range: in one picker, or with nothing but “to” between them.
  const JOINS = /^(至|到|和|—|–|-|~|～|→|to)$/i;
  const joined = (one, other) => {
    const picker = one.closest("[class*=range], [class*=picker]");
    if (picker && picker.contains(other)) return true;
    const between = document.createRange();
    between.setStartAfter(one);
    between.setEndBefore(other);
    return JOINS.test(plain(between.toString()));
  };

  // The inputs that answer to words: by what stands at them, else by what stands before them.
  const answering = (inputs, label) => {
    const wanted = plain(label);
    const ways = [
      (input) => wordsAt(input).some((words) => words === wanted),
      (input) => wordsAt(input).some((words) => words.includes(wanted)),
      (input) => before(input) === wanted,
    ];
    return ways.map((way) => inputs.filter(way)).find((found) => found.length) || [];
  };

  const field = (label, type) => {
    const fits = (input) => (type ? input.type === type : !["hidden", "submit", "button"].includes(input.type));
    const inputs = all("input, textarea, select").filter((input) => fits(input) && (reachable(input) || type === "file"));
    return answering(inputs, label)[0] || (type && inputs.length === 1 ? inputs[0] : null);
  };

  // The inputs at the same words, such as the two ends of a range; null when there are not so many.
  const nth = ([label, number]) => {
    const inputs = all("input, textarea, select").filter((input) => !["hidden", "submit", "button"].includes(input.type) && reachable(input));
    const found = answering(inputs, label);
    const second = found.length === 1 && inputs[inputs.indexOf(found[0]) + 1];
    return found[number] || (number === 1 && second && joined(found[0], second) ? second : null);
  };

  // The inputs of a calendar that lies over the page.
  const inCalendar = (number) => {
    const over = (input) => !input.readOnly && input.closest("[class*=calendar], [class*=panel], [class*=dropdown], [class*=popper]");
    return all("input").filter((input) => reachable(input) && over(input))[number] || null;
  };

  const button = (caption) => {
    const wanted = plain(caption);
    const buttons = all("button, input[type=submit], input[type=button], a, [role=button]").filter(visible);
    return buttons.find((element) => plain(element.innerText || element.value) === wanted) || null;
  };

  const signedIn = (words) => {
    if (all("input[type=password]").some(reachable)) return "login";
    return document.body && plain(document.body.innerText).includes(plain(words)) ? "in" : "";
  };

  const complaints = () => {
    const lines = document.body ? document.body.innerText.split("\n") : [];
    const wrong = /错误|不正确|失败|锁定|不存在|过期|禁用|invalid|incorrect|denied/i;
    return lines.map((line) => line.trim().slice(0, 200)).filter((line) => wrong.test(line));
  };

  const said = () => (document.body ? plain(document.body.innerText) : "");

  const cellsOf = (row) => [...row.children].map((cell) => (cell.innerText || "").trim());

  // Component libraries draw header and body as two tables: the body is then the next table of the same width.
  const bodyRows = (header, width) => {
    const table = header.closest("table");
    const heads = (row) => [...row.children].every((cell) => cell.tagName === "TH");
    const own = all("tr", table).filter((row) => row !== header && row.children.length === width && !heads(row));
    if (own.length) return own;
    const tables = all("table").filter(visible);
    const later = tables.slice(tables.indexOf(table) + 1);
    const body = later.find((each) => all("tr", each).some((row) => row.children.length === width));
    return body ? all("tr", body).filter((row) => row.children.length === width) : [];
  };

  // The table whose header row holds all the wanted headings; null when no table does.
  const table = (headings) => {
    for (const header of all("tr").filter(visible)) {
      const words = cellsOf(header);
      const known = words.map(plain);
      if (headings.every((heading) => known.includes(plain(heading)))) {
        return { headings: words, rows: bodyRows(header, words.length).filter(visible).map(cellsOf) };
      }
    }
    return null;
  };

  const headings = () => all("th, thead td").filter(visible).map((cell) => cell.innerText.trim()).filter(Boolean);

  const valueOf = (label) => {
    const wanted = plain(label);
    const holder = all("td, th, dt, label, span, strong, div, p").find((each) => plain(each.innerText) === wanted);
    const next = holder && (holder.nextElementSibling || (holder.parentElement && holder.parentElement.nextElementSibling));
    return next ? next.innerText.trim() : "";
  };

  // Identity numbers are personal data: a picture shows their first six digits only.
  const mask = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const number = /([1-9]\d{5})(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]/g;
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (number.test(node.data)) node.data = node.data.replace(number, "$1************");
    }
    for (const input of all("input, textarea")) {
      if (number.test(input.value)) input.value = input.value.replace(number, "$1************");
    }
  };

  return { field, nth, inCalendar, button, signedIn, complaints, table, headings, said, valueOf, mask };
})()
