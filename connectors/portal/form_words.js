// Finding the inputs of a form by the words a person reads there. The first of three parts of one function.

const TEXTS = "input, textarea";
const PICKERS = ".el-select, .ant-select, .layui-form-select, [role=combobox]:not(input)";
const CONTROLS = `${TEXTS}, select, ${PICKERS}`;
const NO_CONTROL = ["hidden", "submit", "button", "image", "reset", "file"];
const GROUPS = "[role=radiogroup], [role=group], .el-radio-group, .el-checkbox-group, .ant-radio-group, "
  + ".ant-checkbox-group, fieldset, .layui-input-block, .layui-input-inline, td";
const LAYERS = "dialog[open], [role=dialog], [aria-modal=true], .el-dialog, .el-drawer, .ant-modal, "
  + ".ant-drawer-content, .layui-layer, .modal";
const HEADINGS = "h1, h2, h3, h4, h5, h6, legend, caption, [role=heading], .el-divider__text, .el-card__header, "
  + ".ant-card-head-title, .ant-divider-inner-text, .layui-card-header";
const OPTIONS = ".el-select-dropdown__item, .ant-select-item-option, .layui-form-select dd, .layui-select-panel-wrap dd, "
  + "[role=option]:not(.ant-select-dropdown [role=listbox] > *)";
const ERRORS = ".el-form-item__error, .ant-form-item-explain-error, .invalid-feedback, .field-error, .field-validation-error";
const DRAWN = ".layui-form-radio, .layui-form-checkbox, .layui-form-switch";
const BUTTONS = "button, input[type=submit], input[type=button], a, [role=button]";
const LONGEST = 60;  // characters of a label
const SLOW = 5000, MOMENT = 1000;  // milliseconds: until a list has opened, or been narrowed down

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const tight = (text) => (text || "").normalize("NFKC").replace(/[\s\u200b]/g, "");
const plain = (text) => tight(text).replace(/[*:]|\((?:必填|选填|可选|非必填)项?\)/g, "").replace(/^\d+[.、]/, "");
const hint = (text) => plain(text).replace(/^请(?:先)?(?:输入|选择|填写|录入)/, "");
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const until = async (found, milliseconds) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; await wait(16)) {
    const what = found();
    if (what) return what;
  }
  return null;
};

// What a person can see: decoys are hidden, transparent, a dot in size, or outside of the page.
const visible = (element) => {
  if (!element || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
};

const textOf = (element) => {
  if (!element) return "";
  if (!element.querySelector(`${CONTROLS}, button`)) return element.innerText ?? element.textContent;
  const copy = element.cloneNode(true);
  all(`${CONTROLS}, button`, copy).forEach((inner) => inner.remove());
  return copy.textContent;
};

const viewOf = (member) => {
  const next = member.nextElementSibling;
  return next && next.matches(DRAWN) ? next : member.closest("label") || (visible(member) ? member : member.labels[0]);
};

const memberText = (member) => {
  const view = viewOf(member);
  const beside = view === member ? textOf(member.labels[0]) || (member.nextSibling || {}).textContent : textOf(view);
  return tight(beside || member.title || member.getAttribute("aria-label"));
};

// Every control that can be seen, once: a radio or checkbox group is one, and so is what a library draws.
const controlsIn = (root) => {
  const found = new Map();
  for (const element of all(CONTROLS, root)) {
    const picker = element.closest(PICKERS);
    if (picker) {
      const outer = picker.parentElement.closest(PICKERS) || picker;
      found.set(outer, { kind: "pick", holder: outer, element: outer.querySelector("input") || outer });
    } else if (["radio", "checkbox"].includes(element.type)) {
      const group = (element.name ? null : element.closest(GROUPS)) || element;
      const key = element.name ? `${element.type} ${element.name}` : group;
      if (!found.has(key)) found.set(key, { kind: element.type, holder: element, element, members: [] });
      found.get(key).members.push(element);
    } else if (element.tagName === "SELECT") {
      const drawn = element.nextElementSibling;
      if (!(drawn && drawn.matches(PICKERS))) found.set(element, { kind: "select", holder: element, element });
    } else if (!NO_CONTROL.includes(element.type)) {
      found.set(element, { kind: "text", holder: element, element });
    }
  }
  const seen = [...found.values()].filter((each) => visible(each.members ? viewOf(each.members[0]) : each.holder));
  for (const each of seen) if (each.members) each.holder = together(each.members.map(viewOf).filter(Boolean));
  return seen;
};

const together = (elements) => {
  let holder = elements[0];
  while (!elements.every((element) => holder.contains(element))) holder = holder.parentElement;
  return holder;
};

// The words before a control: nothing of another control may stand between, and a heading is no label.
const before = (control, crowd) => {
  for (let node = control.holder; node.parentElement; node = node.parentElement) {
    for (let mate = node.previousSibling; mate; mate = mate.previousSibling) {
      if (mate.nodeType === Node.TEXT_NODE && plain(mate.data)) return [2, mate.data];
      if (mate.nodeType !== Node.ELEMENT_NODE || (!plain(mate.textContent) && !crowd.has(mate))) continue;
      if (crowd.has(mate) || mate.matches(HEADINGS) || mate.querySelector(HEADINGS)) return null;
      const label = mate.matches("label, th, dt") || mate.querySelector("label") || /label/.test(mate.className);
      return [label ? 0 : 2, textOf(mate)];
    }
    if (crowd.get(node.parentElement) > 1 || node === document.body) return null;
  }
  return null;
};

const columnHeading = (control) => {
  const cell = control.holder.closest("td");
  const heading = cell && all("tr", cell.closest("table")).find((row) => row.querySelector("th"));
  return heading && !heading.contains(cell) ? textOf(heading.children[cell.cellIndex]) : "";
};

const wordsAt = (control, crowd) => {
  const { element, holder, members } = control;
  const alone = members && members.length === 1 && control.kind === "checkbox";
  const own = members && !alone ? [] : [...(element.labels || [])].map((label) => [alone ? 1 : 0, textOf(label)]);
  const named = (holder.getAttribute("aria-labelledby") || element.getAttribute("aria-labelledby") || "").split(" ");
  const legend = members && crowd.get(holder.closest("fieldset")) === 1 && holder.closest("fieldset").querySelector("legend");
  const drawn = holder.previousElementSibling;  // the native select that a library draws anew
  const words = [
    ...own,
    legend ? [0, textOf(legend)] : null,
    ...(drawn && drawn.tagName === "SELECT" ? [...drawn.labels].map((label) => [0, textOf(label)]) : []),
    ...named.filter(Boolean).map((id) => [0, textOf(document.getElementById(id))]),
    before(control, crowd),
    [1, holder.getAttribute("aria-label") || (members && !alone ? "" : element.getAttribute("aria-label"))],
    alone ? [1, memberText(element)] : null,
    [2, columnHeading(control)],
    ...all(".el-select__placeholder.is-transparent, .ant-select-selection-placeholder", holder)
      .map((each) => [3, hint(textOf(each))]),
    members ? null : [3, hint(element.placeholder)],
    members ? null : [3, hint(element.title)],
  ];
  for (let node = holder.parentElement; node && crowd.get(node) === 1 && !members; node = node.parentElement) {
    const own = all("label", node).filter((label) => visible(label) && (!label.control || label.control === element));
    words.push(...own.map((label) => [1, textOf(label)]));
  }
  return words.filter(Boolean).map(([tier, text]) => [tier, plain(text)])
    .filter(([, text]) => text && text.length <= LONGEST);
};

const sectionsOf = (control) => {
  const earlier = (heading) => heading.compareDocumentPosition(control.holder) & Node.DOCUMENT_POSITION_FOLLOWING;
  const open = [];
  for (const heading of all(HEADINGS).filter((each) => visible(each) && earlier(each))) {
    const box = heading.closest("fieldset, .el-card, .ant-card, .layui-card, section");
    if (!box || box.contains(control.holder)) open.push({ level: heading.tagName, boxed: !!box, text: plain(textOf(heading)) });
  }
  const last = open.filter((each) => !each.boxed).pop();
  return open.filter((each) => each.boxed || each === last).map((each) => each.text);
};

const reading = (root) => {
  const controls = controlsIn(root);
  const crowd = new Map();
  for (const { holder } of controls) {
    for (let node = holder; node; node = node.parentElement) crowd.set(node, (crowd.get(node) || 0) + 1);
  }
  for (const control of controls) control.words = wordsAt(control, crowd);
  return controls;
};

const candidates = (controls, field) => {
  for (const { section, label } of field.words) {
    const answering = controls
      .filter((each) => each.words.some(([, text]) => text === plain(label)))
      .filter((each) => !section || sectionsOf(each).includes(plain(section)))
      .map((each) => [Math.min(...each.words.filter(([, text]) => text === plain(label)).map(([tier]) => tier)), each]);
    const best = Math.min(...answering.map(([tier]) => tier));
    if (answering.length) return answering.filter(([tier]) => tier === best).map(([, each]) => each);
  }
  return [];
};

// Of several layers, the topmost that has any of the words is the form.
const located = (fields) => {
  const layers = all(LAYERS).filter((each) => visible(each) && !each.closest(".el-popper") && each.querySelector(CONTROLS));
  let controls = [];
  let found = new Map();
  for (const root of [...layers.reverse(), document]) {
    controls = reading(root);
    found = new Map(fields.map((field) => [field, candidates(controls, field)]));
    if ([...found.values()].some((each) => each.length)) break;
  }
  const sure = [...found.values()].filter((each) => each.length === 1).map(([each]) => each.holder);
  const form = sure.length > 1 ? together(sure) : null;
  for (const [field, several] of found) {
    const inside = several.length > 1 && form ? several.filter((each) => form.contains(each.holder)) : several;
    if (inside.length === 1) found.set(field, inside);
  }
  const seen = controls.map((each) => (each.words[0] || [0, ""])[1]).filter(Boolean);
  const missing = fields.filter((field) => !found.get(field).length && !(field.sometimes && !field.value));
  const twice = fields.filter((field) => found.get(field).length > 1);
  return { found, seen, missing: missing.map((each) => each.label), twice: twice.map((each) => each.label) };
};
