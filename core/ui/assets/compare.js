// Columns of hits, one a model; the same picture in two of them is joined by a line.
// Everything a collection brings is set by textContent or as an attribute, never as markup.
const SVG = 'http://www.w3.org/2000/svg';

function hit(item, total) {
  const node = make('li', item.others ? 'hit shared' : 'hit');
  node.dataset.id = item.id;
  const open = make('button', 'open');
  open.type = 'button';
  const also = item.others ? `, also found by ${item.others} of ${total - 1} others` : ', found by no other model';
  open.setAttribute('aria-label', `Rank ${item.rank}: ${item.alt}, score ${item.score}${also}. Enter asks with it`);
  open.title = item.text ? `${item.text}${also}` : item.alt;
  if (item.src) {
    const img = make('img');
    img.loading = 'lazy';
    img.decoding = 'async';
    img.alt = item.alt;
    img.src = item.src;
    open.append(img);
  } else {
    open.append(make('span', 'missing', 'File is missing'));
  }
  open.append(make('span', 'rank', String(item.rank)));
  if (item.others) open.append(make('span', 'badge', `+${item.others}`));
  const words = make('div', 'words');
  words.append(make('span', 'score', item.score), make('span', 'text', item.text));
  node.append(open, words);
  return node;
}

function column(entry, total) {
  const node = make('section', 'column');
  const head = make('header');
  head.append(make('strong', '', entry.title), make('span', '', entry.text));
  const list = make('ol');
  list.append(...entry.items.map((item) => hit(item, total)));
  node.append(head, list);
  return node;
}

function join(root) {
  const svg = root.querySelector('svg');
  const box = root.getBoundingClientRect();
  svg.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
  const columns = [...root.querySelectorAll('.column')].map((node) => [...node.querySelectorAll('.hit')]);
  const lines = [];
  columns.slice(0, -1).forEach((hits, at) => {
    hits.forEach((from) => {
      // The next column that has it, which need not be the neighbour: the line then passes behind the ones between.
      const to = columns.slice(at + 1).flat().find((other) => other.dataset.id === from.dataset.id);
      if (!to) return;
      const [a, b] = [from.getBoundingClientRect(), to.getBoundingClientRect()];
      const [x1, y1, x2, y2] = [a.right - box.left, (a.top + a.bottom) / 2 - box.top, b.left - box.left, (b.top + b.bottom) / 2 - box.top];
      const bend = (x2 - x1) / 2;
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
      path.dataset.id = from.dataset.id;
      lines.push(path);
    });
  });
  svg.replaceChildren(...lines);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.columns');
  root.setAttribute('aria-label', data.label);
  if (root.dataset.drawn !== data.signature) {
    root.dataset.drawn = data.signature;
    root.style.setProperty('--columns', data.columns.length);
    root.replaceChildren(document.createElementNS(SVG, 'svg'), ...data.columns.map((one) => column(one, data.columns.length)));
    root.querySelector('svg').setAttribute('aria-hidden', 'true');
  }
  const light = (id) => root.querySelectorAll('[data-id]').forEach((node) => node.classList.toggle('lit', node.dataset.id === id));
  root.onpointerover = root.onfocusin = (event) => light(event.target.closest('.hit')?.dataset.id);
  root.onpointerleave = root.onfocusout = () => light(undefined);
  root.onclick = (event) => {
    const node = event.target.closest('.hit');
    if (node && event.target.closest('.open')) setTriggerValue('open', node.dataset.id);
  };
  const watcher = new ResizeObserver(() => join(root));
  watcher.observe(root);
  join(root);
  return () => watcher.disconnect();
}
