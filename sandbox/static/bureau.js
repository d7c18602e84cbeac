function __doPostBack(target, argument) {
  var form = document.getElementById('form1');
  form.__EVENTTARGET.value = target;
  form.__EVENTARGUMENT.value = argument;
  form.submit();
}

function openDetail(key) {
  window.open('detail.asp?id=' + key, '_blank', 'width=800,height=600');
}

function two(number) {
  return (number < 10 ? '0' : '') + number;
}

function WdatePicker(input) {
  var now = input.value ? new Date(input.value + 'T00:00:00') : new Date();
  showMonth(input, now.getFullYear(), now.getMonth());
}

function closeCalendar() {
  var old = document.querySelector('.calendar');
  if (old) old.remove();
}

function showMonth(input, year, month) {
  closeCalendar();
  var panel = document.createElement('div');
  panel.className = 'calendar';
  panel.style.left = input.offsetLeft + 'px';
  panel.style.top = input.offsetTop + input.offsetHeight + 'px';
  var days = new Date(year, month + 1, 0).getDate();
  var cells = '<tr><td data-go="-1">&lt;</td><td colspan="5">' + year + '年' + (month + 1) + '月</td><td data-go="1">&gt;</td></tr><tr>';
  for (var blank = new Date(year, month, 1).getDay(); blank > 0; blank--) cells += '<td></td>';
  for (var day = 1; day <= days; day++) {
    cells += '<td data-day="' + day + '">' + day + '</td>';
    if (new Date(year, month, day).getDay() === 6) cells += '</tr><tr>';
  }
  panel.innerHTML = '<table>' + cells + '</tr><tr><td colspan="7" data-clear="1">清空</td></tr></table>';
  panel.onclick = function (event) { pick(event.target.dataset, input, year, month); };
  document.body.appendChild(panel);
}

function pick(data, input, year, month) {
  if (data.go) {
    var shown = new Date(year, month + Number(data.go), 1);
    return showMonth(input, shown.getFullYear(), shown.getMonth());
  }
  if (!data.day && !data.clear) return;
  input.value = data.clear ? '' : year + '-' + two(month + 1) + '-' + two(data.day);
  input.dispatchEvent(new Event('change'));
  closeCalendar();
}
