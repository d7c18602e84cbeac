const POLL = 500;
const { api } = document.body.dataset;
const view = { page: 1, size: 20, keyword: '', asked: 0 };
const find = (selector) => document.querySelector(selector);

async function get(address) {
  const answer = await fetch(address);
  if (!(answer.headers.get('content-type') || '').includes('json')) {
    if (answer.ok) location.href = '/credit/login';
    throw new Error(`HTTP ${answer.status}`);
  }
  return (await answer.json()).data;
}

function showBatch(data) {
  document.querySelectorAll('#batch [data-key]').forEach((cell) => { cell.textContent = data[cell.dataset.key]; });
  const link = find('#errors');
  link.hidden = !data.errorFile;
  if (data.errorFile) link.href = data.errorFile;
}

async function poll() {
  const data = await get(`${api}/batches/${find('#batch').dataset.batch}`);
  showBatch(data);
  if (!['完成', '失败'].includes(data.status)) setTimeout(poll, POLL);
}

function rowOf(record) {
  const values = { ...record, ...record.entity };
  const row = document.createElement('tr');
  document.querySelectorAll('#submissions th').forEach(({ dataset }) => { row.insertCell().textContent = values[dataset.key]; });
  return row;
}

async function load() {
  const turn = ++view.asked;
  const data = await get(`${api}/submissions?${new URLSearchParams({ page: view.page, size: view.size, keyword: view.keyword })}`);
  if (turn !== view.asked) return;
  find('#submissions tbody').replaceChildren(...data.list.map(rowOf));
  find('.pager .total').textContent = `共 ${data.total} 条`;
  find('.pager .number').textContent = view.page;
  find('.pager .prev').disabled = view.page <= 1;
  find('.pager .next').disabled = view.page * view.size >= data.total;
}

function turn(page) {
  view.page = page;
  load();
}

function startSubmissions() {
  find('#search').onsubmit = (event) => {
    event.preventDefault();
    view.keyword = find('#keyword').value.trim();
    turn(1);
  };
  find('.pager .prev').onclick = () => turn(view.page - 1);
  find('.pager .next').onclick = () => turn(view.page + 1);
  load();
}

if (find('#batch')) poll();
if (find('#submissions')) startSubmissions();
