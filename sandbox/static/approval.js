const API = '/approval/api/';
const COLUMNS = [
  ['caseNo', '办件编号', 176], ['itemName', '事项名称'], ['holder', '申请单位(人)'], ['usc', '统一社会信用代码', 164],
  ['documentNum', '文书号', 186], ['docNo', '文书编号', 186], ['decideTime', '决定日期', 92],
  ['deptName', '审批部门', 150], ['state', '办理状态', 72],
];
const DETAIL = [
  ['caseNo', '办件编号'], ['item', '事项名称'], ['subItem', '子项名称'], ['xkholder', '申请单位(人)'], ['xkholder_type', '相对人类别'],
  ['xk_usc', '统一社会信用代码'], ['xkdept_gszc', '工商注册号'], ['xkdept_zzjg', '组织机构代码'], ['xkdept_swdjh', '税务登记号'],
  ['xkdept_sydwzsh', '事业单位证书号'], ['xkdept_shzz', '社会组织登记证号'], ['xk_frdb', '法定代表人'],
  ['xk_fr_zjlx', '法定代表人证件类型'], ['xk_fr_zjhm', '法定代表人证件号码'], ['xk_zjlx', '证件类型'], ['xk_zjhm', '证件号码'],
  ['xkfile_name', '文书名称'], ['xkfile_num', '文书号'], ['xk_type', '许可类别'], ['xkdocument_name', '证书名称'],
  ['xkdocument_num', '证书编号'], ['xkcontent', '许可内容'], ['xkdecide_time', '决定日期'], ['effect_time', '有效期自'],
  ['close_time', '有效期至'], ['islong_term', '长期有效'], ['xkdept_name', '许可机关'], ['xkdept_usc', '许可机关代码'],
  ['xk_state', '当前状态'], ['xkdept_sjlydw', '数据来源单位'], ['xkdept_sjlydw_usc', '数据来源单位代码'], ['remark', '备注'],
];
const HOLDERS = { 1: '法人及非法人组织', 2: '自然人', 4: '个体工商户' };
const view = { page: 1, size: 20, total: 0, asked: 0 };
const find = (selector) => document.querySelector(selector);

function two(number) {
  return String(number).padStart(2, '0');
}

function dateText(value) {
  if (typeof value !== 'number') return (value || '').slice(0, 10);
  const when = new Date(value);
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

function toLogin() {
  sessionStorage.removeItem('token');
  location.href = '/approval/login';
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
  return call(path, { headers: { 'X-Access-Token': sessionStorage.getItem('token') } });
}

function cell(text, tag = 'td') {
  const element = document.createElement(tag);
  element.textContent = text ?? '';
  element.title = element.textContent;
  return element;
}

function showHeader(columns) {
  const row = document.createElement('tr');
  columns.forEach(([, label]) => row.append(cell(label, 'th')));
  row.append(cell('操作', 'th'));
  find('.el-table__header thead').replaceChildren(row);
  const widths = [...columns.map(([, , width]) => width), 50];
  document.querySelectorAll('.el-table colgroup').forEach((group) => {
    group.innerHTML = widths.map((width) => (width ? `<col style="width:${width}px">` : '<col>')).join('');
  });
}

function rowOf(record, columns) {
  const row = document.createElement('tr');
  row.className = 'el-table__row';
  row.dataset.rowKey = record.id;
  columns.forEach(([key]) => row.append(cell(key === 'decideTime' ? dateText(record[key]) : record[key])));
  const link = Object.assign(document.createElement('a'), { href: 'javascript:;', textContent: '详情' });
  link.onclick = () => openDetail(record.id);
  const last = cell('');
  last.append(link);
  row.append(last);
  return row;
}

function showRows(data) {
  const renamed = data.rows.length > 0 && 'docNo' in data.rows[0];
  const columns = COLUMNS.filter(([key]) => key !== (renamed ? 'documentNum' : 'docNo'));
  showHeader(columns);
  find('.el-table__body tbody').replaceChildren(...data.rows.map((record) => rowOf(record, columns)));
  find('.el-table__empty').hidden = data.rows.length > 0;
}

function showPager() {
  const pages = Math.max(1, Math.ceil(view.total / view.size));
  find('.el-pagination__total').textContent = `共 ${view.total} 条`;
  find('.el-pager .number').textContent = view.page;
  find('.btn-prev').disabled = view.page <= 1;
  find('.btn-next').disabled = view.page >= pages;
}

async function load() {
  const turn = ++view.asked;
  find('.el-loading-mask').hidden = false;
  showPager();
  const query = new URLSearchParams({ page: view.page, size: view.size, from: find('#from').value, to: find('#to').value });
  try {
    const data = await get(`results?${query}`);
    if (turn !== view.asked) return;
    view.total = data.total;
    showRows(data);
    showPager();
  } catch (problem) {
    find('.el-table__empty').hidden = false;
    find('.el-table__empty').textContent = `加载失败：${problem.message}`;
  }
  find('.el-loading-mask').hidden = true;
}

function detailText(key, value) {
  if (key === 'xkholder_type') return HOLDERS[value] || value;
  if (key === 'islong_term') return value === '1' ? '是' : '否';
  return /_time$/.test(key) ? dateText(value) : value;
}

async function openDetail(id) {
  const data = await get(`results/${id}`);
  const list = find('.el-descriptions');
  list.replaceChildren();
  DETAIL.forEach(([key, label]) => list.append(cell(label, 'dt'), cell(detailText(key, data[key]), 'dd')));
  find('.el-drawer').hidden = false;
}

function turn(page) {
  view.page = page;
  load();
}

async function start() {
  if (location.hash !== '#/results') history.replaceState(null, '', '#/results');
  showHeader(COLUMNS.filter(([key]) => key !== 'docNo'));
  find('#filter').onsubmit = (event) => { event.preventDefault(); turn(1); };
  find('.btn-prev').onclick = () => turn(view.page - 1);
  find('.btn-next').onclick = () => turn(view.page + 1);
  find('.el-pagination__sizes').onchange = (event) => { view.size = Number(event.target.value); turn(1); };
  find('.el-drawer__close-btn').onclick = () => { find('.el-drawer').hidden = true; };
  const data = await call('token', { method: 'POST' });
  sessionStorage.setItem('token', data.token);
  load();
}

start();
