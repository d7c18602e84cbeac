// What the connector does in a form, by the words a person reads there. Evaluates to an object of functions.
(() => {
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

  // ---- the words at a control -------------------------------------------------------------------------------------

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
    for (const each of seen) if (each.members) each.holder = together(each.members.map(viewOf));
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

  // ---- locating ---------------------------------------------------------------------------------------------------

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

  // ---- reading back -----------------------------------------------------------------------------------------------

  const dayOf = (text) => {
    const parts = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:T?0?0:00(?::00)?)?$/.exec(tight(text));
    return parts ? `${parts[1]}-${parts[2].padStart(2, "0")}-${parts[3].padStart(2, "0")}` : "";
  };

  const picked = (holder) => {
    const drawn = holder.previousElementSibling;
    if (drawn && drawn.tagName === "SELECT") {  // the hidden one is what is sent, the input is what is seen
      const chosen = [...drawn.selectedOptions].filter((each) => each.value).map((each) => tight(each.text));
      const seen = tight(holder.querySelector("input").value);
      return seen === chosen.join("") ? chosen : [...chosen, seen];
    }
    const several = all(".el-tag, .ant-select-selection-overflow-item .ant-select-selection-item, .ant-tag", holder);
    const one = holder.querySelector(".el-select__placeholder:not(.is-transparent), .ant-select-selection-item");
    if (several.length) return several.map((each) => tight(textOf(each)));
    if (one) return [tight(textOf(one))];
    const input = holder.querySelector("input");
    return [tight(holder.matches(".el-select, .ant-select") && !(input && input.readOnly) ? "" : input ? input.value : holder.innerText)];
  };

  const shown = (control) => {
    const { kind, element, members } = control;
    if (members) return members.filter((each) => each.checked).map(memberText);
    if (kind === "select") return [...element.selectedOptions].filter((each) => each.value).map((each) => tight(each.text));
    if (kind === "pick") return picked(control.holder).filter(Boolean);
    return element.value === "" ? [] : [element.value];
  };

  const alone = (control) => control.kind === "checkbox" && control.members.length === 1;
  const YES = ["是", "1", "true", "Y", "有"];
  const NO = ["", "否", "0", "false", "N", "无"];

  const agrees = (control, field) => {
    const now = shown(control);
    if (alone(control) && YES.includes(field.value)) return now.length === 1;
    if (alone(control) && NO.includes(field.value)) return now.length === 0;
    if (field.value === "") return now.length === 0;
    if (control.kind === "text") {
      const text = now[0] || "";
      return field.day ? dayOf(text) === field.day : text === field.value.replace(/\r\n?/g, "\n");
    }
    if (field.day) return now.length === 1 && dayOf(now[0]) === field.day;
    return field.texts.some((text) => {
      if (now.length === 1 && now[0] === tight(text)) return true;
      const wanted = parts(text);
      return wanted.length === now.length && wanted.every((each) => now.includes(each));
    });
  };

  const parts = (text) => text.split(/[、,，;；]/).map(tight).filter(Boolean);

  // ---- putting in -------------------------------------------------------------------------------------------------

  const tell = (element, ...types) => {
    for (const type of types) {
      const event = type === "input"
        ? new InputEvent("input", { bubbles: true, inputType: "insertText", data: element.value })
        : type === "blur" || type === "focusout"
          ? new FocusEvent(type, { bubbles: type === "focusout" })
          : new Event(type, { bubbles: true });
      element.dispatchEvent(event);
    }
  };

  const set = (element, value) => {
    const kind = element.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    const limit = element.maxLength >= 0 ? element.maxLength : value.length;  // a person cannot type more either
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(element, value.slice(0, limit));
  };

  const press = (element) => {
    for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
      const kind = type.startsWith("pointer") ? PointerEvent : MouseEvent;
      element.dispatchEvent(new kind(type, { bubbles: true, cancelable: true, composed: true, view: window, button: 0 }));
    }
  };

  const key = (element, name) => {
    for (const type of ["keydown", "keyup"]) {
      const code = name === "Enter" ? 13 : 27;
      element.dispatchEvent(new KeyboardEvent(type, { key: name, code: name, keyCode: code, which: code, bubbles: true, cancelable: true }));
    }
  };

  const enterText = (control, value) => {
    set(control.element, value);
    tell(control.element, "input", "change", "blur", "focusout");
  };

  const enterDay = async (control, field) => {
    const { element } = control;
    const library = element.closest(".el-date-editor, .ant-picker");
    const forms = element.type === "date" ? [field.day] : library ? [field.day, ...field.days] : field.days;
    for (const text of field.value === "" ? [""] : new Set(forms)) {
      if (library && library.matches(".ant-picker")) await opened(element);
      set(element, text);
      tell(element, "input");
      if (library) await wait(0);
      tell(element, "change");
      if (library) key(element, "Enter");
      if (document.activeElement === element) element.blur();
      else tell(element, "blur", "focusout");
      if (library) await wait(60);  // what it does not take it puts back
      if (agrees(control, field)) return;
    }
  };

  // Ant Design's picker takes what is written only while its panel is open.
  const opened = async (element) => {
    press(element);
    await until(() => all(".ant-picker-dropdown").some(visible), SLOW);
  };

  const optionText = (option) => tight(textOf(option.querySelector(".ant-select-item-option-content") || option));

  // The options that belong to a picker: those its input names, those inside it, else those that came when it opened.
  const optionsOf = (control, earlier) => {
    const { holder, element } = control;
    const named = document.getElementById(element.getAttribute("aria-controls") || element.getAttribute("aria-owns") || "");
    const panel = named && (named.closest(".ant-select-dropdown, .el-popper") || named);
    const options = all(OPTIONS).filter(visible);
    const inside = options.filter((each) => holder.contains(each) || (panel && panel.contains(each)));
    return inside.length ? inside : options.filter((each) => !earlier.has(each));
  };

  const choose = async (control, text) => {
    const { holder, element } = control;
    const earlier = new Set(all(OPTIONS).filter(visible));
    const handle = holder.querySelector(".el-select__wrapper, .ant-select-selector, .layui-select-title") || holder;
    const find = () => optionsOf(control, earlier).find((each) => optionText(each) === tight(text));
    if (!find()) press(handle);
    let option = await until(() => find() || (optionsOf(control, earlier).length ? true : null), SLOW);
    if (option === true && !find()) {  // a long list shows more when one writes into it, or turns it
      if (!element.readOnly && element.tagName === "INPUT") {
        set(element, text);
        tell(element, "input");
      }
      option = (await until(find, MOMENT)) || (await turned(control, earlier, find));
    }
    const wanted = find();
    if (wanted && !/disabled/.test(wanted.className)) {
      press(wanted);
    } else {
      if (!element.readOnly && element.tagName === "INPUT") set(element, ""), tell(element, "input", "blur", "focusout");
      key(element, "Escape");
      press(document.body);
    }
    await until(() => shown(control).includes(tight(text)), wanted ? SLOW : 0);
  };

  const turned = async (control, earlier, find) => {
    const list = optionsOf(control, earlier)[0];
    const texts = () => optionsOf(control, earlier).map(optionText).join();
    const holder = list && list.closest(".rc-virtual-list-holder, .el-scrollbar__wrap, .el-vl__window, dl");
    if (!holder) return null;
    for (let top = holder.clientHeight || 100; top < holder.scrollHeight; top += holder.clientHeight || 100) {
      const before = texts();
      holder.scrollTop = top;
      if ((await until(() => find() || texts() !== before, MOMENT)) && find()) return find();
    }
    holder.scrollTop = holder.scrollHeight;
    return until(find, MOMENT);
  };

  const clear = async (control) => {
    const { holder, element } = control;
    element.dispatchEvent(new MouseEvent("mouseenter"));
    holder.dispatchEvent(new MouseEvent("mouseenter"));
    await wait(32);
    const cross = holder.querySelector(".el-select__clear, .ant-select-clear, .el-input__clear");
    if (cross) press(cross);
    else if (holder.matches(".layui-form-select")) await choose(control, textOf(holder.querySelector("dd")));
    await until(() => !shown(control).length, 200);
  };

  const pick = async (control, field) => {
    if (field.value === "") return clear(control);
    const several = control.holder.querySelector(".el-select__selection.is-multiple") || control.holder.matches(".ant-select-multiple, .el-select--multiple");
    for (const text of field.texts) {
      for (const part of several ? parts(text) : [text]) if (!shown(control).includes(part)) await choose(control, part);
      if (agrees(control, field)) break;
    }
    if (several) key(control.element, "Escape"), press(document.body);
  };

  const tick = (control, field) => {
    const yes = alone(control) && YES.includes(field.value);
    const no = alone(control) && NO.includes(field.value);
    const wanted = field.texts.map((text) => (control.kind === "radio" ? [tight(text)] : [tight(text), ...parts(text)]))
      .find((texts) => control.members.some((each) => texts.includes(memberText(each)))) || [];
    for (const member of control.members) {
      const on = yes || (!no && wanted.includes(memberText(member)));
      const view = viewOf(member);
      if (on !== member.checked && (control.kind === "checkbox" || on)) view.matches(DRAWN) ? press(view) : member.click();
    }
  };

  const select = (control, field) => {
    const { element } = control;
    const texts = field.texts.map(tight);
    const option = field.value === ""
      ? [...element.options].find((each) => !each.value)
      : [...element.options].find((each) => texts.includes(tight(each.text)) && !each.disabled);
    if (!option) return;
    if (element.multiple) for (const each of element.options) each.selected = parts(field.value).includes(tight(each.text));
    else element.value = option.value, option.selected = true;
    tell(element, "input", "change", "blur", "focusout");
  };

  const locked = (control, field) => control.element.disabled
    || control.holder.matches(".is-disabled, .ant-select-disabled, .layui-select-disabled")
    || (control.kind === "text" && control.element.readOnly && field.day === null);

  const put = async (control, field) => {
    if (agrees(control, field) || locked(control, field)) return;
    if (control.kind === "radio" || control.kind === "checkbox") tick(control, field);
    else if (control.kind === "select") select(control, field);
    else if (control.kind === "pick") await pick(control, field);
    else if (field.day !== null) await enterDay(control, field);
    else enterText(control, field.value);
  };

  // ---- what the connector asks ------------------------------------------------------------------------------------

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
})()
