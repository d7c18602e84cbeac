const API = '/construction/api/';
const LISTS = {
  projects: {
    title: '项目管理',
    columns: [['gcdm', '工程代码', 210], ['xmmc', '项目名称'], ['jsdw', '建设单位'], ['jsdwdm', '建设单位代码', 170], ['xzqhdm', '行政区划', 80], ['sgxksl', '施工许可数', 90], ['cnsl', '承诺数', 70]],
    open: (row) => `#/projects/${row.gcdm}`,
    filters: [],
  },
  commitments: {
    title: '告知承诺',
    columns: [['cnbm', '承诺编码', 176], ['xmmc', '项目名称'], ['cnrmc', '承诺人'], ['cncl', '承诺材料', 160], ['cnzcrq', '承诺日期', 92], ['cnqx', '承诺期限', 92], ['lxqx', '履行期限', 92], ['zt', '办理状态', 92]],
    open: (row) => `#/commitments/${row.id}`,
    filters: ['status', 'from', 'to'],
  },
};
const PERMITS = [['sgxkzbh', '施工许可证编号', 170], ['gcmc', '工程名称'], ['fzjg', '发证机关'], ['fzrq', '发证日期', 92], ['schgsbh', '施工图审查合格书编号', 160]];
const PROMISES = [['cnbm', '承诺编码', 176], ['cnlx', '承诺类型'], ['cncl', '承诺材料'], ['cnzcrq', '承诺日期', 92], ['cnqx', '承诺期限', 92], ['zt', '办理状态', 92]];
const PROJECT = [['gcdm', '工程代码'], ['xmdm', '项目代码'], ['xmmc', '项目名称'], ['xzqhdm', '行政区划代码'], ['jsdz', '建设地址'], ['jsdw', '建设单位'], ['jsdwdm', '建设单位代码'], ['jsdwlx', '建设单位类型'], ['fddbr', '法定代表人']];
const PERMIT = [['sgxkzbh', '施工许可证编号'], ['spsxslbm', '审批事项实例编码'], ['spsxmc', '审批事项'], ['gcmc', '工程名称'], ['jsgm', '建设规模'], ['htjg', '合同价格（万元）'], ['zjzmj', '总建筑面积（平方米）'], ['fzjg', '发证机关'], ['fzjgdm', '发证机关代码'], ['fzrq', '发证日期'], ['schgsbh', '施工图审查合格书编号']];
const COMMITMENT = [['cnbm', '承诺编码'], ['zt', '办理状态'], ['cnrmc', '承诺人名称'], ['cnrlb', '承诺人类别'], ['cnrdm', '承诺人代码'], ['cnrfddbr', '承诺人法定代表人'], ['cnlx', '承诺类型'], ['cnsy', '承诺事由'], ['cnnr', '承诺内容'], ['wnzr', '违诺责任'], ['cncl', '承诺材料'], ['cnzcrq', '承诺作出日期'], ['cnqx', '承诺期限'], ['gklx', '公开类型'], ['slbmmc', '受理单位'], ['slbmdm', '受理单位代码'], ['sflxgzcn', '是否履行告知承诺'], ['gzcnlxqk', '履行情况']];
const TIMELINE = {
  clsc: (event) => [event.scsj, `材料上传：${event.clmc}（${event.clbh}）`],
  bmqr: (event) => [event.qrsj, `部门确认：${event.qrjg}，${event.qrbmmc}（${event.qrbmdm}）${event.wlxnr}`],
  cnyq: (event) => [event.yqsj, `延期：${event.ycnqx} 至 ${event.xcnqx}，${event.yqyy}`],
  cnyy: (event) => [event.tcsj, `异议：${event.yysy}${event.jssj ? `，${event.jssj} ${event.yyjg}` : '，处理中'}`],
  cncx: (event) => [event.cxsj, `撤销：${event.cxyy}`],
};
const query = { page: 1, size: 20, status: '', from: '', to: '' };
const find = (selector) => document.querySelector(selector);
let asked = 0;

function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text ?? '';
  return element;
}

function within(parent, ...children) {
  parent.append(...children);
  return parent;
}

function toLogin() {
  sessionStorage.removeItem('gg-token');
  location.href = '/construction/login';
  return new Promise(() => {});
}

async function call(path, options = {}) {
  const answer = await fetch(API + path, options);
  if (!(answer.headers.get('content-type') || '').includes('json')) {
    return answer.ok ? toLogin() : Promise.reject(new Error(`HTTP ${answer.status}`));
  }
  const body = await answer.json();
  if (body.code === 401) return toLogin();
  if (body.code !== 0) throw new Error(body.message);
  return body.data;
}

function get(path) {
  return call(path, { headers: { 'X-Access-Token': sessionStorage.getItem('gg-token') } });
}

function columnsOf(columns) {
  return within(make('colgroup'), ...[...columns, ['', '', 60]].map(([, , width]) => {
    const column = make('col');
    if (width) column.style.width = `${width}px`;
    return column;
  }));
}

function rowOf(record, columns, open) {
  const row = make('tr', 'el-table__row');
  columns.forEach(([key]) => { row.append(make('td', 'el-table__cell', record[key])); });
  const link = Object.assign(make('a', 'el-link', '查看'), { href: open(record) });
  return within(row, within(make('td', 'el-table__cell'), link));
}

function tableOf(columns, rows, open) {
  const header = within(make('tr'), ...[...columns, ['', '操作']].map(([, label]) => make('th', 'el-table__cell', label)));
  return within(
    make('div', 'el-table'),
    within(make('table', 'el-table__header'), columnsOf(columns), within(make('thead'), header)),
    within(make('table', 'el-table__body'), columnsOf(columns), within(make('tbody'), ...rows.map((row) => rowOf(row, columns, open)))),
    ...(rows.length ? [] : [make('div', 'el-table__empty-block', '暂无数据')]),
  );
}

function cardOf(title, labels, record) {
  const pairs = labels.flatMap(([key, label]) => [make('dt', '', label), make('dd', '', record[key])]);
  return within(make('div', 'el-card'), make('h2', 'el-card__header', title), within(make('dl', 'el-descriptions'), ...pairs));
}

function crumbs(...parts) {
  find('.el-breadcrumb').replaceChildren(...parts.flatMap(([text, address], at) => [
    ...(at ? [' / '] : []), address ? Object.assign(make('a', '', text), { href: address }) : make('span', '', text),
  ]));
}

function buttonOf(className, text, click, disabled = false) {
  return Object.assign(make('button', `el-button ${className}`, text), { type: 'button', onclick: click, disabled });
}

function pagerOf(data) {
  const turn = (page) => () => { query.page = page; show(); };
  return within(
    make('div', 'el-pagination'),
    make('span', 'el-pagination__total', `共 ${data.total} 条`),
    buttonOf('btn-prev', '上一页', turn(query.page - 1), query.page <= 1),
    within(make('ul', 'el-pager'), make('li', 'number is-active', query.page)),
    buttonOf('btn-next', '下一页', turn(query.page + 1), query.page * query.size >= data.total),
    make('span', 'refreshed', `数据更新时间 ${data.sjsj}`),
  );
}

// Component libraries hang the drop-down under the body, far from the input that opens it.
async function dropDown(input) {
  document.querySelectorAll('.el-select-dropdown').forEach((each) => each.remove());
  const states = await get('states');
  const list = within(make('ul', 'el-select-dropdown__list'), ...['全部', ...states].map((text) => {
    const item = make('li', 'el-select-dropdown__item', text);
    item.onclick = () => {
      input.value = text === '全部' ? '' : text;
      list.parentElement.remove();
    };
    return item;
  }));
  const box = input.getBoundingClientRect();
  const popper = within(make('div', 'el-select-dropdown el-popper'), list);
  Object.assign(popper.style, { left: `${box.left}px`, top: `${box.bottom + scrollY + 4}px`, width: `${box.width}px` });
  document.body.append(popper);
}

function inputOf(name, label, more) {
  const input = Object.assign(make('input', 'el-input__inner'), { value: query[name], name, autocomplete: 'off', ...more });
  const item = within(make('div', 'el-form-item'), make('label', 'el-form-item__label', label), within(make('div', 'el-input'), input));
  if (more.readOnly) input.onclick = () => dropDown(input);
  return item;
}

function filterOf() {
  const form = within(
    make('form', 'el-form'),
    inputOf('status', '办理状态', { readOnly: true, placeholder: '请选择' }),
    inputOf('from', '承诺期限 从', { placeholder: 'YYYY-MM-DD' }),
    inputOf('to', '到', { placeholder: 'YYYY-MM-DD' }),
    Object.assign(make('button', 'el-button el-button--primary', '查询'), { type: 'submit' }),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    Object.assign(query, Object.fromEntries(new FormData(form)), { page: 1 });
    show();
  };
  return form;
}

async function showList(name) {
  const { title, columns, open, filters } = LISTS[name];
  const wanted = Object.fromEntries(['page', 'size', ...filters].map((key) => [key, query[key]]));
  const data = await get(`${name}?${new URLSearchParams(wanted)}`);
  const renamed = data.rows.length > 0 && 'lxqx' in data.rows[0];
  const shown = columns.filter(([key]) => key !== (renamed ? 'cnqx' : 'lxqx'));
  crumbs(['首页'], [title]);
  return [...(filters.length ? [filterOf()] : []), tableOf(shown, data.rows, open), pagerOf(data)];
}

async function showProject(code) {
  const data = await get(`projects/${code}`);
  crumbs(['项目管理', '#/projects'], [data.project.xmmc]);
  const open = (permit) => `#/projects/${code}/permits/${permit.sgxkzbh}`;
  return [cardOf('项目信息', PROJECT, data.project), make('h2', '', '施工许可'), tableOf(PERMITS, data.permits, open)];
}

async function showPermit(code, number) {
  const data = await get(`projects/${code}`);
  const permit = data.permits.find((each) => each.sgxkzbh === number);
  crumbs(['项目管理', '#/projects'], [data.project.xmmc, `#/projects/${code}`], [number]);
  return [cardOf('施工许可信息', PERMIT, permit), make('h2', '', '告知承诺'), tableOf(PROMISES, permit.cnlb, LISTS.commitments.open)];
}

async function showCommitment(id) {
  const data = await get(`commitments/${id}`);
  const events = Object.entries(TIMELINE).flatMap(([key, told]) => data[key].map(told)).sort();
  const items = events.map(([when, text]) => within(make('li', 'el-timeline-item'), make('div', 'el-timeline-item__timestamp', when), make('div', 'el-timeline-item__content', text)));
  const { project, permit } = data;
  crumbs(['项目管理', '#/projects'], [project.xmmc, `#/projects/${project.gcdm}`], [permit.sgxkzbh, `#/projects/${project.gcdm}/permits/${permit.sgxkzbh}`], [data.commitment.cnbm]);
  return [cardOf('承诺信息', COMMITMENT, data.commitment), make('h2', '', '办理过程'), within(make('ul', 'el-timeline'), ...items), make('p', 'refreshed', `数据更新时间 ${data.sjsj}`)];
}

function viewOf(path) {
  const [, first, second, third, fourth] = path.split('/');
  if (first === 'commitments' && second) return showCommitment(second);
  if (third === 'permits') return showPermit(second, fourth);
  return second ? showProject(second) : showList(first);
}

async function show() {
  const turn = ++asked;
  find('.el-loading-mask').hidden = false;
  const parts = await viewOf(location.hash.slice(1)).catch((problem) => [make('div', 'el-alert', `加载失败：${problem.message}`)]);
  if (turn !== asked) return;
  find('#view').replaceChildren(...parts);
  document.querySelectorAll('.el-menu-item').forEach((item) => {
    item.classList.toggle('is-active', location.hash.startsWith(item.getAttribute('href')));
  });
  find('.el-loading-mask').hidden = true;
}

function travel() {
  query.page = 1;
  show();
}

async function start() {
  const data = await call('token', { method: 'POST' });
  sessionStorage.setItem('gg-token', data.token);
  if (!/^#\/(projects|commitments)/.test(location.hash)) history.replaceState(null, '', '#/projects');
  window.onhashchange = travel;
  show();
}

start();
