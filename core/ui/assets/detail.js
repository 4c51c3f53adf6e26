// One picture in full: the picture with its boxes, captions, categories and facts.
// All text of the collection is set by textContent; links are set only when they are http(s) or our own pages.
const SVG = 'http://www.w3.org/2000/svg';
const COLOURS = ['#0b7a70', '#c2540a', '#4353c9', '#b02a68', '#66751a', '#1b7fae', '#8a4d25', '#7040a8'];

function safe(address) {
  try {
    return ['http:', 'https:'].includes(new URL(address, document.baseURI).protocol);
  } catch {
    return false;
  }
}

function overlay(data) {
  const layer = make('div', 'hidden');
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${data.width} ${data.height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  layer.append(svg);
  const names = [...new Set(data.boxes.map((box) => box.category))];
  for (const box of data.boxes) {
    const colour = COLOURS[names.indexOf(box.category) % COLOURS.length];
    const shape = document.createElementNS(SVG, 'rect');
    for (const side of ['x', 'y', 'width', 'height']) shape.setAttribute(side, box[side]);
    shape.setAttribute('stroke', colour);
    svg.append(shape);
    const tag = make('span', 'tag', box.category);
    tag.style.background = colour;
    tag.style.left = `${(100 * box.x) / data.width}%`;
    tag.style.top = `${(100 * box.y) / data.height}%`;
    layer.append(tag);
  }
  return layer;
}

function section(title, ...children) {
  const node = make('section');
  node.append(make('h3', '', title), ...children);
  return node;
}

function captions(items) {
  const list = make('ul', 'captions');
  list.append(...items.map((item) => make('li', item.best ? 'best' : '', item.text)));
  return list;
}

function facts(items) {
  const list = make('dl');
  for (const item of items) {
    const value = make('dd');
    if (item.href && safe(item.href)) {
      const link = make('a', '', item.value);
      link.href = item.href;
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
      value.append(link);
    } else value.textContent = item.value;
    list.append(make('dt', '', item.name), value);
  }
  return list;
}

function copyButton(path) {
  const button = make('button', 'act', 'Copy link');
  button.type = 'button';
  button.onclick = async () => {
    const address = new URL(path, document.baseURI).href;
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = 'Link copied';
    } catch {
      window.prompt('Copy this link', address); // no clipboard without https or loopback
    }
    setTimeout(() => { button.textContent = 'Copy link'; }, 1800);
  };
  return button;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.detail');
  if (root.dataset.drawn === data.signature) return;
  root.dataset.drawn = data.signature;
  const frame = make('div', 'frame');
  const side = make('div', 'side');
  const acts = make('div', 'acts');
  if (data.src) {
    const img = make('img');
    img.alt = data.alt;
    img.src = data.src;
    frame.append(img);
  } else frame.append(make('div', 'gap', 'The file of this picture is missing.'));
  if (data.captions.length) side.append(section(data.captions.length > 1 ? 'Captions' : 'Caption', captions(data.captions)));
  if (data.categories.length) {
    const chips = make('div', 'chips');
    chips.append(...data.categories.map((name) => make('span', '', name)));
    side.append(section('Categories', chips));
  }
  side.append(section('Picture', facts(data.facts)));
  const similar = make('a', 'act main', 'Find similar');
  similar.href = data.similar;
  similar.target = '_self';
  acts.append(similar, copyButton(data.permalink));
  if (data.src && data.boxes.length && data.width && data.height) {
    const layer = overlay(data);
    frame.append(layer);
    const toggle = make('button', 'act', 'Show boxes');
    toggle.type = 'button';
    toggle.setAttribute('aria-pressed', 'false');
    toggle.onclick = () => {
      const hidden = layer.classList.toggle('hidden');
      toggle.setAttribute('aria-pressed', String(!hidden));
      toggle.textContent = hidden ? 'Show boxes' : 'Hide boxes';
    };
    acts.append(toggle);
  }
  side.append(acts);
  const shadow = root.getRootNode();
  const hadFocus = root.contains(shadow.activeElement);
  root.replaceChildren(frame, side);
  // A focused button that is replaced takes the focus with it, and Esc would no longer reach the dialog.
  if (hadFocus) shadow.host.closest('[role="dialog"]')?.focus();
}
