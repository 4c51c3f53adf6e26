// Facets: groups of values, each with the number of pictures it would leave. A click sends the whole choice of its group.
const SHORT = 10; // values shown until the rest is asked for
const closed = new Set(['captions', 'side', 'orientation', 'license', 'supercategory', 'objects']);

function facetGroup(group, kept, send) {
  const node = make('details', 'group');
  node.dataset.field = group.field;
  const chosen = group.choices.filter((one) => one.chosen);
  node.open = kept.open[group.field] ?? (chosen.length > 0 || !closed.has(group.field));
  node.ontoggle = () => { kept.open[group.field] = node.open; };
  const head = make('summary', '', group.title);
  if (chosen.length) head.append(make('span', 'badge', String(chosen.length)));
  node.append(head);
  const choose = (texts, mode) => send({ field: group.field, values: texts, mode });
  if (group.several && group.choices.length > 1) {
    const modes = make('div', 'modes');
    modes.setAttribute('role', 'group');
    modes.setAttribute('aria-label', `${group.title}: pictures with any or all of those chosen`);
    for (const mode of ['any', 'all']) {
      const button = make('button', '', mode);
      button.type = 'button';
      button.dataset.focus = `${group.field} ${mode}`;
      button.setAttribute('aria-pressed', String(group.mode === mode));
      button.title = mode === 'any' ? 'Pictures with any of those chosen' : 'Pictures with all of those chosen';
      button.onclick = () => choose(chosen.map((one) => one.text), mode);
      modes.append(button);
    }
    node.append(modes);
  }
  const list = make('ul');
  const most = Math.max(1, ...group.choices.map((one) => one.pictures));
  const order = [...chosen, ...group.choices.filter((one) => !one.chosen)];
  const shown = group.several ? order : group.choices;
  shown.forEach((one, at) => {
    const row = make('li');
    if (at >= SHORT && !one.chosen) row.className = 'rest';
    const label = make('label');
    const box = make('input');
    box.type = 'checkbox';
    box.checked = one.chosen;
    box.dataset.focus = `${group.field} ${one.text}`;
    box.onchange = () => {
      const texts = group.choices.filter((other) => (other === one ? box.checked : other.chosen)).map((other) => other.text);
      choose(texts, group.mode);
    };
    const bar = make('span', 'bar');
    bar.style.width = `${(100 * one.pictures) / most}%`;
    label.append(bar, box, make('span', 'name', one.shown), make('span', 'count', one.pictures.toLocaleString('en')));
    row.append(label);
    list.append(row);
  });
  node.append(list);
  if (shown.some((one, at) => at >= SHORT && !one.chosen)) {
    const more = make('button', 'more');
    more.type = 'button';
    more.dataset.focus = `${group.field} more`;
    const show = () => {
      node.classList.toggle('full', Boolean(kept.full[group.field]));
      more.textContent = kept.full[group.field] ? 'Fewer' : `All ${shown.length}`;
    };
    more.onclick = () => { kept.full[group.field] = !kept.full[group.field]; show(); };
    show();
    node.append(more);
  }
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.facets');
  root.send = (choice) => setTriggerValue('choose', choice);
  if (root.dataset.drawn === data.signature) return;
  root.dataset.drawn = data.signature;
  root.kept ??= { open: {}, full: {}, outer: !window.matchMedia('(max-width: 700px)').matches };
  const focused = root.getRootNode().activeElement?.dataset?.focus;
  const outer = make('details', 'outer');
  outer.open = root.kept.outer;
  outer.ontoggle = () => { root.kept.outer = outer.open; };
  const total = data.groups.reduce((sum, group) => sum + group.choices.filter((one) => one.chosen).length, 0);
  const head = make('summary', 'title', 'Facets');
  if (total) head.append(make('span', 'badge', String(total)));
  outer.append(head, ...data.groups.map((group) => facetGroup(group, root.kept, (choice) => root.send(choice))));
  root.replaceChildren(outer);
  if (focused) [...root.querySelectorAll('[data-focus]')].find((node) => node.dataset.focus === focused)?.focus();
}
