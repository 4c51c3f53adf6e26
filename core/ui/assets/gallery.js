// A grid of pictures. Arrow keys, Home and End move; Enter opens; S follows the "find similar" link.
// Everything a collection brings (captions, file names, scores) is set by textContent or as an attribute, never as markup.
const SVG = 'http://www.w3.org/2000/svg';
const SIMILAR = 'M10 4a6 6 0 1 0 3.6 10.8l4.8 4.8 1.4-1.4-4.8-4.8A6 6 0 0 0 10 4Zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z';
const BROKEN = 'M5 4h14a1 1 0 0 1 1 1v6l-4 3-4-3-4 3-4-3V5a1 1 0 0 1 1-1Zm-1 9.5 4 3 4-3 4 3 4-3V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Z';

function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', path);
  shape.setAttribute('fill', 'currentColor');
  svg.append(shape);
  return svg;
}

function card(item) {
  const node = make('li', 'card');
  node.dataset.id = item.id;
  const open = make('button', 'open');
  open.type = 'button';
  const spoken = [item.text || item.alt, item.score && `score ${item.score}`, item.source && `found by ${item.source}`];
  open.setAttribute('aria-label', `${spoken.filter(Boolean).join(', ')}. ${item.hint}`);
  if (item.src) {
    const img = make('img');
    img.loading = 'lazy';
    img.decoding = 'async';
    img.alt = item.alt;
    img.src = item.src;
    open.append(img);
  } else {
    const gap = make('span', 'missing');
    gap.append(icon(BROKEN), make('span', '', 'File is missing'));
    open.append(gap);
  }
  const body = make('div', 'body');
  const text = make('div', 'text', item.text);
  text.title = item.text;
  body.append(text);
  if (item.score || item.source || item.similar) {
    const foot = make('div', 'foot');
    if (item.score) foot.append(make('span', 'score', item.score));
    if (item.source) foot.append(make('span', 'source', item.source));
    if (item.similar) {
      const link = make('a', 'similar');
      link.href = item.similar;
      link.target = '_self';
      link.title = 'Find similar (S)';
      link.setAttribute('aria-label', 'Find similar pictures');
      link.append(icon(SIMILAR));
      foot.append(link);
    }
    body.append(foot);
  }
  node.append(open, body);
  return node;
}

function focusOnly(cards, index) {
  cards.forEach((node, i) => {
    node.querySelector('.open').tabIndex = i === index ? 0 : -1;
    const link = node.querySelector('.similar');
    if (link) link.tabIndex = i === index ? 0 : -1;
  });
}

function columnsOf(cards) {
  const top = cards[0].offsetTop;
  const next = cards.findIndex((node) => node.offsetTop !== top);
  return next < 0 ? cards.length : next;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector('.grid');
  grid.classList.toggle('bare', Boolean(data.bare));
  grid.style.setProperty('--cell', `${data.cell}px`);
  grid.setAttribute('aria-label', data.label);
  if (grid.dataset.drawn !== data.signature) {
    // Another page of a list begins at its first row, not where the last one was left.
    if (grid.dataset.drawn && grid.getBoundingClientRect().top < 0) grid.scrollIntoView({ block: 'start' });
    grid.dataset.drawn = data.signature;
    grid.replaceChildren(...data.items.map(card));
    focusOnly([...grid.children], 0);
  }
  grid.onclick = (event) => {
    const node = event.target.closest('.card');
    if (node && event.target.closest('.open')) setTriggerValue('open', node.dataset.id);
  };
  grid.onkeydown = (event) => {
    const node = event.target.closest('.card');
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...grid.children];
    const at = cards.indexOf(node);
    const columns = columnsOf(cards);
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: cards.length - 1 - at };
    if (event.key in moves) {
      event.preventDefault();
      const to = Math.min(cards.length - 1, Math.max(0, at + moves[event.key]));
      focusOnly(cards, to);
      cards[to].querySelector('.open').focus();
    } else if (event.key === 's' || event.key === 'S') {
      event.preventDefault();
      event.stopPropagation();
      node.querySelector('.similar')?.click();
    }
  };
}
