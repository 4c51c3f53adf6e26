// The terms of a query: each with its sign, its picture or words, a weight to slide or type, and a way to take it away.
const LOW = 0.1;
const HIGH = 3;

function tidy(value) {
  return String(Number(value.toFixed(3)));
}

function chip(item, index, send, alone) {
  const node = make('li', item.weight < 0 ? 'chip minus' : 'chip');
  node.style.setProperty('--term', termColour(index));
  const name = item.label;
  const sign = make('button', 'sign', item.weight < 0 ? '−' : '+');
  sign.type = 'button';
  sign.dataset.part = 'sign';
  sign.title = item.weight < 0 ? 'Less of it; click for more of it' : 'More of it; click for less of it';
  sign.setAttribute('aria-label', `${name}: ${sign.title}`);
  sign.onclick = () => send(index, -item.weight);
  node.append(make('span', 'number', String(index + 1)), sign);
  if (item.picture) {
    const shown = item.src ? make('img') : make('span', 'gap', '?');
    if (item.src) {
      shown.src = item.src;
      shown.alt = '';
    }
    node.append(shown);
  }
  const label = make('span', 'label', name);
  label.title = name;
  node.append(label);
  const size = Math.abs(item.weight);
  const slider = make('input', 'slider');
  const box = make('input', 'weight');
  Object.assign(slider, { type: 'range', min: LOW, max: Math.max(HIGH, Math.ceil(size)), step: 0.1 });
  slider.value = size;
  Object.assign(box, { type: 'number', min: 0.001, max: 1000, step: 0.1 });
  box.value = tidy(size);
  slider.dataset.part = 'slider';
  box.dataset.part = 'weight';
  slider.setAttribute('aria-label', `Weight of ${name}`);
  box.setAttribute('aria-label', `Weight of ${name}, in figures`);
  slider.oninput = () => { box.value = tidy(Number(slider.value)); };
  let timer;
  const commit = (value) => {
    clearTimeout(timer);
    // Held arrow keys are one change, not ten.
    timer = setTimeout(() => {
      if (value > 0 && value !== size) send(index, Math.sign(item.weight) * value);
    }, 250);
  };
  slider.onchange = () => commit(Number(slider.value));
  box.onchange = () => commit(Number(box.value));
  const remove = make('button', 'remove', '×');
  remove.type = 'button';
  remove.dataset.part = 'remove';
  remove.title = 'Take this term away';
  remove.setAttribute('aria-label', `Take ${name} away`);
  remove.onclick = () => send(index, null);
  node.append(...(alone ? [] : [slider, box]), remove); // the weight of a lone term changes nothing
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector('ul');
  list.setAttribute('aria-label', data.label);
  if (list.dataset.drawn === data.signature) return;
  list.dataset.drawn = data.signature;
  const active = list.getRootNode().activeElement;
  const place = active && list.contains(active)
    ? [[...list.children].indexOf(active.closest('.chip')), active.dataset.part] : null;
  const send = (at, weight) => setTriggerValue('change', { of: data.of, at, weight });
  list.replaceChildren(...data.items.map((item, index) => chip(item, index, send, data.items.length === 1)));
  if (place) {
    const same = list.children[Math.min(place[0], list.children.length - 1)];
    same?.querySelector(`[data-part="${place[1]}"]`)?.focus();
  }
}
