const POLL = 500;
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
  const data = await get(`/credit/api/batches/${find('#batch').dataset.batch}`);
  showBatch(data);
  if (!['完成', '失败'].includes(data.status)) setTimeout(poll, POLL);
}

function rowOf(record) {
  const { entity } = record;
  const row = document.createElement('tr');
  const texts = [record.batchNo, entity.xk_xdr_mc, entity.xk_wsh, entity.xk_jdrq, entity.xk_xkjg, record.receivedAt];
  texts.forEach((text) => { row.insertCell().textContent = text; });
  return row;
}

async function load() {
  const turn = ++view.asked;
  const data = await get(`/credit/api/submissions?${new URLSearchParams({ page: view.page, size: view.size, keyword: view.keyword })}`);
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
