// What is shown behind a row: whatever opened over the list, and its pairs of label and value.
(({ plain, visible, all, found, clones, textOf, textsOf }) => {
  const OPENED = "[role=dialog], dialog[open], .el-dialog, .el-drawer, .ant-modal, .ant-drawer-content, .layui-layer-page, "
    + ".layui-layer-iframe, .modal.show, .modal.in, .panel.window, .ui-dialog";
  // What other libraries call it, and what of theirs is called so and is none.
  const BOXES = "[class*=modal], [class*=dialog], [class*=drawer], [class*=popup], [class*=layer], [class*=window]";
  const NOTES = /tip|toast|message|msg|loading|mask|shade|backdrop|overlay/i;
  const SHUT = "[aria-label=Close], [aria-label=关闭], [aria-label='关闭此对话框'], .el-dialog__headerbtn, .el-drawer__close-btn, "
    + ".ant-modal-close, .ant-drawer-close, .layui-layer-close, .panel-tool-close, .ui-dialog-titlebar-close, "
    + "[data-dismiss=modal], [data-bs-dismiss=modal], .btn-close";
  const LEAVES = /^(关闭|取消|返回|知道了|确定|close|cancel|back)$/i;
  const NAMES = ["data-index", "rowid", "data-row-key", "row-index"];
  // A drawer that is shut may only have been moved out of sight.
  const large = (element) => {
    const { width, height, left, right, top, bottom } = element.getBoundingClientRect();
    return width > 50 && height > 30 && left < innerWidth && top < innerHeight && right > 0 && bottom > 0;
  };
  const shows = (element) => visible(element) && getComputedStyle(element).visibility !== "hidden";
  const shown = (element) => shows(element) && large(element);

  const opened = () => {
    const over = all(OPENED).filter(shown);
    return over.filter((each) => !over.some((other) => other !== each && each.contains(other) && !other.matches("[role=document]"))).pop() || floating();
  };
  // By what it looks like: it floats, has words, and nothing else of the page lies over its middle.
  const floating = () => {
    const boxes = all(BOXES).filter((each) => {
      const { position, zIndex } = getComputedStyle(each);
      if (!/fixed|absolute/.test(position) || !shown(each) || NOTES.test(each.className) || !(plain(each.innerText) || each.querySelector("iframe"))) return false;
      const { left, top, width, height } = each.getBoundingClientRect();
      const middle = document.elementFromPoint(left + width / 2, top + height / 2);
      return (Number(zIndex) > 0 || position === "fixed") && width > 150 && height > 80 && each.contains(middle);
    });
    return boxes.find((each) => !boxes.some((other) => other !== each && other.contains(each))) || null;
  };
  const shut = () => {
    const over = opened();
    if (!over) return null;
    const around = over.closest(".layui-layer, .el-overlay, .ant-modal-wrap, .ant-drawer, .window") || over;
    const button = all(SHUT, around).find(visible);
    const leaves = (each) => LEAVES.test(plain(each.innerText || each.value));
    return button || all("button, a, input[type=button]", around).filter(visible).find(leaves) || all("[class*=close]", around).find(visible) || null;
  };
  const over = () => { const box = opened(); return box ? (box.querySelector("iframe") ? "frame" : "box") : ""; };
  const overFrame = () => { const box = opened(); return box && box.querySelector("iframe"); };

  // What opens a row, which is told by its place and its cells: the control with these words, or in this column.
  const rowControl = ({ press, ...asked }) => {
    const table = found(asked);
    if (!table) return null;
    const row = table.rows.fit[asked.number];
    if (!row || textsOf(table, row).join("\n") !== asked.cells.join("\n")) return null;
    const column = table.headings.findIndex(({ text }) => plain(text) === plain(press));
    if (column >= 0 && row.cells[column]) return row.cells[column].querySelector("a, button, [onclick]") || row.cells[column];
    const near = [...clonesOf(table.root, row.rows[0]), ...row.rows];
    const controls = near.flatMap((part) => all("a, button, [role=button], [onclick], [lay-event], input[type=button], span, td", part));
    const says = controls.filter((each) => shows(each) && plain(each.innerText || each.value || each.title) === plain(press));
    return says.find((each) => each.matches("a, button, [onclick], [lay-event], [role=button]")) || says[0] || null;
  };
  // The same row in the tables that repeat the fixed columns, which lie on top.
  const clonesOf = (root, row) => clones(root).map((over) => {
    const named = NAMES.find((name) => row.hasAttribute(name));
    if (named) return all("tr", over).find((each) => each.getAttribute(named) === row.getAttribute(named));
    const body = all("tbody", over).find((each) => each.rows.length === row.parentElement.children.length);
    return body && body.rows[[...row.parentElement.children].indexOf(row)];
  }).filter(Boolean);
  const linkOf = (asked) => {
    const control = rowControl(asked);
    const link = control && control.closest("a[href]");
    const href = link && !/^(#|$)|^javascript:/i.test(link.getAttribute("href")) ? link.href : "";
    return href && !link.onclick ? href : "";
  };

  const DESCRIBED = "[class*=descriptions][class*=label], [class*=description-item-label]";
  // The label of a choice is not the label of a field.
  const names = (label) => visible(label) && !label.querySelector("input");

  const valueOf = (element) => {
    const radios = all("input[type=radio], input[type=checkbox]", element);
    if (radios.length) return radios.filter((each) => each.checked).map((each) => each.closest("label")?.innerText || each.value).join(",").trim();
    const field = "input:not([type=hidden], [type=submit], [type=button]), textarea, select";
    const inputs = [element, ...all(field, element)].filter((each) => each.matches(field) && visible(each));
    if (inputs.length) return inputs.map((each) => (each.selectedOptions ? each.selectedOptions[0]?.text || "" : each.value)).join(" ").trim();
    return textOf(element);
  };

  const pairs = ({ whole }) => {
    const root = whole ? document.body : opened() || null;
    if (!root) return null;
    const told = {};
    const tell = (label, value) => {
      const words = (label ? textOf(label) : "").replace(/^[*＊\s]+|[*＊:：\s]+$/g, "");
      if (words && words.length < 40 && value && !(words in told)) told[words] = valueOf(value);
    };
    const next = (element) => element.nextElementSibling;
    // Descriptions of component libraries: the value beside its label, or under it.
    for (const label of all(DESCRIBED, root)) {
      const row = label.closest("tr");
      const cell = label.closest("td, th");
      const beside = next(label) || (cell && next(cell));
      const vertical = row && [...row.children].length && [...row.children].every((each) => each.matches("th, [class*=label]"));
      const under = vertical && next(row) ? next(row).children[[...row.children].indexOf(cell)] : null;
      tell(label, under || beside);
    }
    for (const item of all(".el-form-item, .ant-form-item, .layui-form-item, .form-group, .form-row, .van-cell, [class*=form-item]", root)) {
      const label = all("label, .layui-form-label, .van-cell__title, [class*=label]", item).find(names);
      const value = label && all("[class*=content], [class*=control], .layui-input-block, .layui-input-inline, .van-cell__value, .readonly", item).find((each) => !each.contains(label));
      if (label) tell(label, value || (next(label) ?? item));
    }
    for (const term of all("dt", root)) if (next(term) && next(term).tagName === "DD") tell(term, next(term));
    for (const row of all("tr", root).filter(visible)) {
      const table = row.closest("table");
      const list = table.tHead && [...table.tHead.rows].some((head) => head.children.length > 1) && !table.tHead.contains(row);
      const cells = [...row.children].filter((cell) => cell.matches("td, th"));
      if (list || cells.length % 2 || row.querySelector("table") || table.querySelector(DESCRIBED)) continue;
      if (cells.length && cells.every((cell) => cell.tagName === "TH")) continue;
      for (let x = 0; x < cells.length; x += 2) tell(cells[x], cells[x + 1]);
    }
    for (const label of all("label, .label, [class$=-label], [class*='label ']", root).filter(names)) {
      if (next(label) && !next(label).matches("label, br")) tell(label, next(label));
    }
    // Plain text: a label ends with a colon, and its value stands after it, beside it or beside what holds it.
    for (const label of all("*", root).filter((each) => !each.children.length && /[:：]\s*$/.test(each.textContent) && visible(each))) {
      let holder = label;
      while (holder !== root && !next(holder) && plain(holder.parentElement.innerText) === plain(label.innerText)) holder = holder.parentElement;
      if (holder !== root && next(holder) && !holder.closest("tr")) tell(label, next(holder));
    }
    return Object.keys(told).length ? told : null;
  };

  return { over, overFrame, shut, rowControl, linkOf, pairs };
})
