// What the connector asks of a form. The last of three parts of one function, which gives these answers.

const look = ({ fields }) => {
  const { seen, missing, twice } = located(fields);
  return { seen, missing, twice };
};

const fill = async ({ fields, partly }) => {
  const { found, seen, missing, twice } = located(fields);
  if (twice.length || (missing.length && !partly)) return { seen, missing, twice };
  for (const [field, [control]] of found) if (control) await put(control, field);
  await null;  // libraries take in what they were told at the end of a task
  return { seen, missing, twice };
};

const invalid = (control) => {
  const { element } = control;
  const checked = element.form && !element.form.noValidate && element.willValidate && !element.validity.valid;
  return checked ? element.validationMessage : "";
};

const button = (caption, near) => {
  const wanted = plain(caption);
  const fits = all(BUTTONS).filter((each) => visible(each) && plain(each.innerText || each.value) === wanted);
  const depth = (element) => {
    let steps = 0;
    for (let node = near && together([near, element]); node; node = node.parentElement) steps += 1;
    return steps;
  };
  return fits.sort((one, other) => depth(other) - depth(one))[0] || null;
};

const pressedOnce = (window.yinxinPressed ??= new WeakSet());

const still = (element) => element.disabled || element.getAttribute("aria-disabled") === "true"
  || element.matches(".is-disabled, .layui-btn-disabled, .is-loading");

const show = (text) => (Array.isArray(text) ? text.join("、") : text);

// Only a form that shows exactly what was meant is saved.
const save = ({ fields, caption }) => {
  const { found, missing, twice, seen } = located(fields);
  if (missing.length || twice.length) return { seen, missing, twice };
  const unlike = [...found].filter(([field, [control]]) => control && !agrees(control, field));
  if (unlike.length) {
    return { unlike: unlike.map(([field, [control]]) => [field.label, field.value, show(shown(control))]) };
  }
  const wrong = [...found].filter(([, [control]]) => control && invalid(control));
  if (wrong.length) return { invalid: wrong.map(([field, [control]]) => `${field.label}: ${invalid(control)}`) };
  const holders = [...found.values()].flat().map((each) => each.holder);
  const pressed = button(caption, holders.length ? together(holders) : null);
  if (!pressed || still(pressed)) return { button: pressed ? "still" : "none" };
  pressedOnce.add(pressed);
  pressed.click();
  return { pressed: true };
};

// With a dialog that asks once more, never the button that brought it.
const click = ({ caption, layer }) => {
  const top = all(LAYERS).filter(visible).pop() || null;
  const found = layer && !top ? null : button(caption, top);
  if (!found || still(found) || (layer && (pressedOnce.has(found) || !top.contains(found)))) return false;
  found.click();
  return true;
};

const lines = () => (document.body ? document.body.innerText.split("\n").map((line) => line.trim()).filter(Boolean) : []);

const complaints = (selector) => all(selector || ERRORS).filter(visible).map((each) => {
  let item = each.closest(".el-form-item, .ant-form-item, .layui-form-item, .form-group") || each.parentElement;
  while (item && !item.querySelector("label") && !item.matches("form, body")) item = item.parentElement;
  const labels = item ? all("label", item) : [];
  const words = labels.length === 1 || (item && item.matches("[class*=form-item]")) ? labels[0] : null;
  const label = plain(words ? textOf(words) : "");
  return `${label ? `${label}: ` : ""}${(each.innerText || "").trim()}`;
}).filter((text) => text.trim());

// From here on, what is added to the page is remembered, even if it is gone the next moment.
const listen = (selector) => {
  const heard = [];
  const note = (node) => heard.push(...((node.innerText ?? node.textContent) || "").split("\n").map((line) => line.trim()));
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData" && change.target.parentElement) note(change.target.parentElement);
      for (const node of change.addedNodes) note(node);
    }
  });
  observer.observe(document.documentElement, { childList: true, characterData: true, subtree: true });
  if (window.yinxinHearing) window.yinxinHearing.observer.disconnect();
  window.yinxinHearing = { heard, observer };
  return { lines: lines(), errors: complaints(selector) };
};

const heard = (selector) => ({
  lines: lines(),
  errors: complaints(selector),
  added: window.yinxinHearing ? window.yinxinHearing.heard.filter(Boolean) : [],
});

// The row of a table in which each text is a cell of its own; several rows only if nothing tells them apart.
const rowsWith = (texts) => {
  let rows = all("tr, [role=row]").filter((row) => visible(row) && !row.closest(".layui-table-fixed"));
  for (const text of texts) {
    const fits = rows.filter((row) => [...row.children].some((cell) => tight(cell.innerText) === tight(text)));
    if (fits.length || text === texts[0]) rows = fits;
  }
  return rows;
};

const pressInRow = ({ texts, caption }) => {
  const rows = rowsWith(texts);
  if (rows.length !== 1) return rows.length;
  const view = rows[0].closest(".layui-table-view");
  const twins = view ? all(`tr[data-index="${rows[0].dataset.index}"]`, view) : rows;
  const buttons = twins.flatMap((row) => all(BUTTONS, row));
  const found = buttons.find((each) => visible(each) && plain(each.innerText || each.value) === plain(caption));
  if (!found || still(found)) return "none";
  found.click();
  return "pressed";
};

// Whether the form has taken in the record it was opened for: what it shows of it by now.
const shows = ({ fields }) => {
  const { found } = located(fields);
  return [...found].every(([field, [control]]) => control && agrees(control, field));
};

return { look, fill, save, shows, click, listen, heard, pressInRow };
