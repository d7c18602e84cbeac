// What an input shows, and putting something in as a person would. The second of three parts of one function.

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
  const apart = holder.matches(".ant-select") || holder.querySelector(".el-select__wrapper");  // the input only searches
  return [tight(apart ? "" : input ? input.value : holder.innerText)];
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
  return until(() => {
    holder.scrollTop = holder.scrollHeight;  // which grows while the list gets to know its rows
    return find();
  }, 2 * MOMENT);
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
