// Pictures as a table that the keyboard can walk; marks as in the gallery. Texts are set by textContent only.
function line(item, data) {
  const row = make('tr', 'card');
  row.dataset.id = item.id;
  const first = make('td', 'picture');
  const open = make('button', 'open');
  open.type = 'button';
  open.setAttribute('aria-label', `${item.alt}. Enter opens`);
  if (item.src) {
    const img = make('img');
    img.loading = 'lazy';
    img.alt = item.alt;
    img.src = item.src;
    open.append(img);
  } else open.append(make('span', 'missing', 'missing'));
  first.append(open);
  row.append(first, ...item.cells.map((text) => make('td', '', text)));
  addMarks(first, data);
  return row;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const body = parentElement.querySelector('tbody');
  if (body.dataset.drawn !== data.signature) {
    body.dataset.drawn = data.signature;
    body.anchor = undefined;
    parentElement.querySelector('table').setAttribute('aria-label', data.label);
    const head = make('tr');
    head.append(...['Picture', ...data.columns].map((name) => make('th', '', name)));
    parentElement.querySelector('thead').replaceChildren(head);
    body.replaceChildren(...data.rows.map((item) => line(item, data)));
    [...body.querySelectorAll('.open')].forEach((node, at) => { node.tabIndex = at ? -1 : 0; });
  }
  showMarks(body, data, setTriggerValue);
  body.onclick = (event) => {
    const row = event.target.closest('tr');
    if (!row || markClick(event, body, [...body.children], [...body.children].indexOf(row))) return;
    if (event.target.closest('.open')) setTriggerValue('open', row.dataset.id);
  };
  body.onkeydown = (event) => {
    const row = event.target.closest('tr');
    if (!row) return;
    const rows = [...body.children];
    const at = rows.indexOf(row);
    const moves = { ArrowDown: 1, ArrowUp: -1, Home: -at, End: rows.length - 1 - at };
    const to = event.key in moves ? Math.min(rows.length - 1, Math.max(0, at + moves[event.key])) : undefined;
    const focus = (index) => {
      rows.forEach((node, i) => { node.querySelector('.open').tabIndex = i === index ? 0 : -1; });
      rows[index].querySelector('.open').focus();
    };
    if (markKey(event, body, rows, at, to, focus) || to === undefined) return;
    event.preventDefault();
    focus(to);
  };
  body.onkeyup = (event) => { if (event.key === ' ' && data.selected) event.preventDefault(); };
}
