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
  const button = act('copy', 'Copy link');
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

function act(name, text, pressed) {
  const button = make('button', 'act', text);
  button.type = 'button';
  button.dataset.name = name;
  if (pressed !== undefined) button.setAttribute('aria-pressed', String(pressed));
  return button;
}

// One line of the score: a name, a bar from the middle to the right (for) or to the left (against), a number.
function shareRow(row, largest) {
  const line = make('div', 'share');
  const bar = make('span', 'bar');
  const fill = make('span', row.size < 0 ? 'against' : 'for');
  fill.style.width = `${(50 * Math.abs(row.size)) / (largest || 1)}%`;
  bar.append(fill);
  line.append(make('span', 'name', row.name), bar, make('span', 'number', row.share));
  return line;
}

function scoreSection(score) {
  const total = make('div', 'total');
  total.append(make('strong', '', score.total), make('span', 'sides', score.said));
  const largest = Math.max(...score.rows.map((row) => Math.abs(row.size)), 0);
  const node = section('Score', ...score.rows.map((row) => shareRow(row, largest)));
  if (score.rows.length) total.prepend('adds up to ');
  node.append(total);
  return node;
}

// Which term's heat is shown and how strongly, the marks on the picture, and the words about it.
function heat(why, state, frame, send) {
  const layer = make('img', 'heat');
  layer.alt = '';
  const peak = make('div', 'peak');
  frame.append(layer, peak);
  const toggles = make('div', 'terms');
  const where = make('p', 'small');
  where.setAttribute('role', 'status');
  const buttons = why.terms.map((term, at) => {
    const button = act(`term-${at}`, '', false);
    button.append(make('span', 'name', term.name), make('span', 'number', term.share));
    button.onclick = () => show(state.term === at ? -1 : at);
    return button;
  });
  toggles.append(...buttons);
  const slider = make('input');
  slider.type = 'range';
  slider.min = 0;
  slider.max = 100;
  slider.value = state.opacity;
  slider.dataset.name = 'opacity';
  slider.oninput = () => {
    state.opacity = Number(slider.value);
    layer.style.opacity = state.opacity / 100;
  };
  slider.onkeydown = (event) => event.stopPropagation(); // the dialog's arrows turn to the next picture
  const strength = make('label', 'slider', 'Strength of the colours');
  strength.append(slider);
  function show(at) {
    state.term = at;
    const term = why.terms[at];
    frame.classList.toggle('explained', Boolean(term));
    buttons.forEach((button, number) => button.setAttribute('aria-pressed', String(number === at)));
    layer.hidden = !term;
    peak.hidden = !term?.peak;
    where.textContent = term ? `${term.against ? 'Vermilion speaks for it, blue against it. ' : ''}Ring: ${term.where}.` : 'No term is shown.';
    if (!term) return;
    layer.src = term.layer;
    layer.style.opacity = state.opacity / 100;
    if (term.peak) [peak.style.left, peak.style.top] = term.peak.map((share) => `${100 * share}%`);
  }
  show(Math.min(state.term, why.terms.length - 1));
  const acts = make('div', 'acts');
  if (why.can_be_finer) {
    const finer = act('finer', 'Look closer', why.finer);
    finer.onclick = () => send(why.finer ? 'why' : 'finer', finer);
    acts.append(finer);
  }
  return [toggles, where, strength, make('p', 'small', why.said), acts];
}

function busy(button) {
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  button.replaceChildren(make('span', 'spinner'), 'Looking…');
}

const states = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.detail');
  if (root.dataset.drawn === data.signature) return;
  root.dataset.drawn = data.signature;
  let state = states.get(root);
  if (state?.id !== data.id) {
    state = { id: data.id, boxes: state?.boxes ?? false, term: 0, opacity: state?.opacity ?? 75 };
    states.set(root, state);
  }
  const frame = make('div', 'frame');
  const side = make('div', 'side');
  const acts = make('div', 'acts');
  const send = (wanted, button) => {
    if (button) busy(button);
    setTriggerValue('why', wanted);
  };
  if (data.src) {
    const img = make('img', 'picture');
    img.alt = data.alt;
    img.src = data.src;
    frame.append(img);
  } else frame.append(make('div', 'gap', 'The file of this picture is missing.'));
  if (data.explains && data.why) {
    const said = data.why.error
      ? [make('p', 'fault', data.why.error)]
      : heat(data.why, state, frame, send);
    const off = act('why', 'Close');
    off.onclick = () => send('off');
    const node = section('Why this picture?', ...said);
    node.classList.add('why');
    (node.querySelector('.acts') ?? node).append(off);
    side.append(node);
  }
  if (data.captions.length) side.append(section(data.captions.length > 1 ? 'Captions' : 'Caption', captions(data.captions)));
  if (data.categories.length) {
    const chips = make('div', 'chips');
    chips.append(...data.categories.map((name) => make('span', '', name)));
    side.append(section('Categories', chips));
  }
  if (data.score) side.append(scoreSection(data.score));
  side.append(section('Picture', facts(data.facts)));
  const similar = make('a', 'act main', 'Find similar');
  similar.href = data.similar;
  similar.target = '_self';
  acts.append(similar);
  if (data.explains && !data.why) {
    const why = act('why', 'Why this picture?');
    why.onclick = () => send('why', why);
    acts.append(why);
  }
  if (data.src) {
    const part = act('part', 'Search by a part');
    part.onclick = () => setTriggerValue('part', true);
    acts.append(part);
  }
  acts.append(copyButton(data.permalink));
  if (data.src && data.boxes.length && data.width && data.height) {
    const layer = overlay(data);
    frame.append(layer);
    const toggle = act('boxes', '', state.boxes);
    const paint = () => {
      layer.classList.toggle('hidden', !state.boxes);
      toggle.setAttribute('aria-pressed', String(state.boxes));
      toggle.textContent = state.boxes ? 'Hide boxes' : 'Show boxes';
    };
    toggle.onclick = () => {
      state.boxes = !state.boxes;
      paint();
    };
    paint();
    acts.append(toggle);
  }
  side.append(acts);
  const shadow = root.getRootNode();
  const focused = root.contains(shadow.activeElement) ? shadow.activeElement : null;
  root.replaceChildren(frame, side);
  if (data.why && !state.explained) frame.scrollIntoView({ block: 'nearest' }); // on a phone the button is far below
  state.explained = Boolean(data.why);
  // A focused button that is replaced takes the focus with it, and Esc would no longer reach the dialog.
  if (focused) (root.querySelector(`[data-name="${focused.dataset.name}"]`) ?? shadow.host.closest('[role="dialog"]'))?.focus();
}
