// A grid of pictures. Arrow keys, Home and End move; Enter opens; S follows the "find similar" link; + and - ask for
// more and less like a picture.
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

const signed = (share) => `${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(3)}`;

// What each term adds, to the right of a line, and what it takes away, hatched, to the left; the numbers are the chips'.
function bar(item, data) {
  const told = item.shares.map((share, at) => `${at + 1} ${data.terms[at] ?? ''} ${signed(share)}`).join('\n');
  const node = make('div', 'bar');
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', `Shares of the score: ${told.replaceAll('\n', ', ')}`);
  node.title = told;
  const width = data.below + data.above || 1;
  const sides = [make('div', 'below'), make('div', 'above')];
  sides[0].style.width = `${(100 * data.below) / width}%`;
  item.shares.forEach((share, at) => {
    const part = make('span', share < 0 ? 'part minus' : 'part', String(at + 1));
    part.style.backgroundColor = termColour(at);
    part.style.width = `${(100 * Math.abs(share)) / (share < 0 ? data.below : data.above)}%`;
    sides[share < 0 ? 0 : 1].append(part);
  });
  node.append(...sides);
  return node;
}

function steering(item) {
  const node = make('div', 'steer');
  for (const [name, sign, key] of [['more', '+', '+'], ['less', '−', '-']]) {
    const button = make('button', name, sign);
    button.type = 'button';
    button.title = `${name === 'more' ? 'More' : 'Less'} like this (${key})`;
    button.setAttribute('aria-label', `${name === 'more' ? 'More' : 'Less'} like this: ${item.alt}`);
    node.append(button);
  }
  return node;
}

function card(item, data) {
  const node = make('li', 'card');
  node.dataset.id = item.id;
  const open = make('button', 'open');
  open.type = 'button';
  const spoken = [item.text || item.alt, item.score && `score ${item.score}`, item.band && `match: ${item.band}`,
    item.source && `found by ${item.source}`];
  open.setAttribute('aria-label', `${spoken.filter(Boolean).join(', ')}. ${item.hint}`);
  if (item.src) {
    const img = make('img');
    img.loading = 'lazy';
    img.decoding = 'async';
    img.alt = item.alt;
    img.src = item.src;
    open.append(img);
    if (item.boxes) open.append(boxLayer(item, data.box_names));
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
  if (item.band) body.append(make('div', 'band', item.band));
  if (item.shares.length) body.append(bar(item, data));
  node.append(open, body);
  if (item.steer) node.append(steering(item));
  addMarks(node, data);
  return node;
}

function focusOnly(cards, index) {
  cards.forEach((node, i) => {
    for (const part of node.querySelectorAll('.open, .similar, .steer button')) part.tabIndex = i === index ? 0 : -1;
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
    const before = [...grid.children];
    const goesOn = before.length > 0 && before.every((node, i) => node.dataset.id === data.items[i]?.id);
    // Another list begins at its first row, not where the last one was left; one that only grows stays where it is.
    if (grid.dataset.drawn && !goesOn && grid.getBoundingClientRect().top < 0) grid.scrollIntoView({ block: 'start' });
    grid.dataset.drawn = data.signature;
    grid.anchor = undefined;
    const scale = JSON.stringify([data.terms, data.below, data.above]);
    const told = data.items.map((item) => JSON.stringify(item) + (item.shares.length ? scale : ''));
    const nodes = data.items.map((item, i) => (goesOn && before[i]?.told === told[i] ? before[i] : card(item, data)));
    nodes.forEach((node, i) => { node.told = told[i]; });
    if (goesOn) nodes.forEach((node, i) => { if (before[i] !== node) before[i] ? before[i].replaceWith(node) : grid.append(node); });
    else grid.replaceChildren(...nodes);
    const current = goesOn ? nodes.findIndex((node) => node.querySelector('.open').tabIndex === 0) : 0;
    focusOnly(nodes, Math.max(0, current));
  }
  showMarks(grid, data, setTriggerValue);
  grid.onclick = (event) => {
    const node = event.target.closest('.card');
    if (!node) return;
    if (markClick(event, grid, [...grid.children], [...grid.children].indexOf(node))) return;
    if (event.target.closest('.open')) setTriggerValue('open', node.dataset.id);
    if (event.target.closest('.more')) setTriggerValue('more', node.dataset.id);
    if (event.target.closest('.less')) setTriggerValue('less', node.dataset.id);
  };
  grid.onkeydown = (event) => {
    const node = event.target.closest('.card');
    if (!node) return;
    const cards = [...grid.children];
    const at = cards.indexOf(node);
    const columns = columnsOf(cards);
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: cards.length - 1 - at };
    const to = event.key in moves ? Math.min(cards.length - 1, Math.max(0, at + moves[event.key])) : undefined;
    const focus = (index) => {
      focusOnly(cards, index);
      cards[index].querySelector('.open').focus();
    };
    if (markKey(event, grid, cards, at, to, focus) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) {
      event.preventDefault();
      focus(to);
    } else if (event.key === 's' || event.key === 'S') {
      event.preventDefault();
      event.stopPropagation();
      node.querySelector('.similar')?.click();
    } else if (['+', '=', '-', '−'].includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      node.querySelector(event.key === '+' || event.key === '=' ? '.more' : '.less')?.click();
    }
  };
  // Space selects here; a button would take its release for a click.
  grid.onkeyup = (event) => { if (event.key === ' ' && data.selected) event.preventDefault(); };
}
