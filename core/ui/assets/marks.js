// Marks on the cards of a list: a star (put aside, "kept") and a tick ("selected"). The list's script calls
// `addMarks` for a new card, `showMarks` at each run, `markKey` and `markClick` before it looks at an event itself.
const STAR = 'm12 3.2 2.7 5.6 6.1.8-4.5 4.3 1.1 6.1-5.4-3-5.4 3 1.1-6.1L3.2 9.6l6.1-.8Z';
const TICK = 'm9.3 17.5-5-5 1.6-1.6 3.4 3.4 8.8-8.8 1.6 1.6Z';
const PATIENCE = 4000; // milliseconds until the server's word counts again although it differs from what was clicked

function markIcon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

function markButton(className, path) {
  const button = make('button', `mark ${className}`);
  button.type = 'button';
  button.tabIndex = -1; // the keys F and space do the same, so that Tab does not stop three times at each card
  button.append(markIcon(path));
  return button;
}

function addMarks(node, data) {
  if (data.selected) node.append(markButton('tick', TICK));
  if (data.kept) node.append(markButton('star', STAR));
}

function paintMarks(list) {
  for (const node of list.children) {
    const star = node.querySelector('.star');
    const tick = node.querySelector('.tick');
    if (star) {
      const on = list.marks.kept.has(node.dataset.id);
      node.classList.toggle('is-kept', on);
      star.setAttribute('aria-pressed', String(on));
      star.setAttribute('aria-label', on ? 'Take off the shelf' : 'Put aside');
      star.title = on ? 'On the shelf: take it off (F)' : 'Put aside (F)';
    }
    if (tick) {
      const on = list.marks.selected.has(node.dataset.id);
      node.classList.toggle('is-selected', on);
      tick.setAttribute('aria-pressed', String(on));
      tick.setAttribute('aria-label', on ? 'Deselect' : 'Select');
      tick.title = on ? 'Deselect (space)' : 'Select (space)';
    }
  }
  list.classList.toggle('selecting', Boolean(list.marks.selected?.size));
}

function showMarks(list, data, send) {
  list.marks ??= {};
  list.waiting ??= {};
  list.sendMark = send;
  for (const kind of ['kept', 'selected']) {
    if (!data[kind]) {
      list.marks[kind] = null;
      continue;
    }
    const told = new Set(data[kind]);
    const mine = list.marks[kind];
    const here = [...list.children].map((node) => node.dataset.id);
    const agree = mine && here.every((id) => mine.has(id) === told.has(id));
    if (mine && !agree && Date.now() < (list.waiting[kind] ?? 0)) continue;
    list.marks[kind] = told;
    list.waiting[kind] = 0;
  }
  paintMarks(list);
}

function setMarks(list, kind, ids, on) {
  for (const id of ids) list.marks[kind][on ? 'add' : 'delete'](id);
  paintMarks(list);
  list.waiting[kind] = Date.now() + PATIENCE;
  list.timers ??= {};
  clearTimeout(list.timers[kind]);
  // Put together now: before the timer ends, the list may show other cards.
  const here = [...list.children].map((node) => node.dataset.id);
  const marked = list.marks[kind];
  const told = { on: here.filter((id) => marked.has(id)), off: here.filter((id) => !marked.has(id)) };
  list.timers[kind] = setTimeout(() => list.sendMark(kind, told), 150);
}

// From the anchor to `to` selected, beside what was selected when the anchor was set.
function selectRange(list, cards, to) {
  const from = list.anchor ?? to;
  if (list.anchor === undefined) setAnchor(list, to);
  const range = cards.slice(Math.min(from, to), Math.max(from, to) + 1).map((node) => node.dataset.id);
  const wanted = new Set([...list.base, ...range]);
  setMarks(list, 'selected', cards.map((node) => node.dataset.id).filter((id) => !wanted.has(id)), false);
  setMarks(list, 'selected', range, true);
}

function setAnchor(list, at) {
  list.anchor = at;
  list.base = new Set(list.marks.selected);
}

function toggleMark(list, kind, id) {
  setMarks(list, kind, [id], !list.marks[kind].has(id));
}

// True when the key was one of ours. `to` is where an arrow key leads, `focus` goes there.
function markKey(event, list, cards, at, to, focus) {
  const id = cards[at].dataset.id;
  const key = event.key.toLowerCase();
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (key === 'f' && plain && list.marks.kept) toggleMark(list, 'kept', id);
  else if (!list.marks.selected) return false;
  else if (key === ' ' && plain) {
    toggleMark(list, 'selected', id);
    setAnchor(list, at);
  } else if (key === 'a' && (event.ctrlKey || event.metaKey)) {
    setMarks(list, 'selected', cards.map((node) => node.dataset.id), true);
  } else if (key === 'escape' && list.marks.selected.size) {
    setMarks(list, 'selected', [...list.marks.selected], false);
    list.anchor = undefined;
  } else if (event.shiftKey && plain && to !== undefined) {
    if (list.anchor === undefined) setAnchor(list, at);
    focus(to);
    selectRange(list, cards, to);
  } else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

// True when the click was one of ours.
function markClick(event, list, cards, at) {
  const id = cards[at].dataset.id;
  if (event.target.closest('.star')) toggleMark(list, 'kept', id);
  else if (!list.marks.selected) return false;
  else if (event.shiftKey && (event.target.closest('.tick') || event.target.closest('.open'))) selectRange(list, cards, at);
  else if (event.target.closest('.tick') || ((event.ctrlKey || event.metaKey) && event.target.closest('.open'))) {
    toggleMark(list, 'selected', id);
    setAnchor(list, at);
  } else return false;
  event.preventDefault();
  return true;
}
