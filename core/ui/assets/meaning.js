// What the hits have in common: categories to filter by, caption words to add to the query, each with its counts.
function group(title, items, hint, data, send) {
  const row = make('div', 'row');
  const list = make('ul');
  list.setAttribute('aria-label', title);
  for (const item of items) {
    const entry = make('li');
    const button = make('button');
    button.type = 'button';
    button.append(make('span', 'name', item.name), make('span', 'count', `${item.hits}`));
    const told = `${item.hits} of these ${data.of}, ${item.everywhere.toLocaleString('en')} of all ${data.pictures.toLocaleString('en')}: ${item.lift} times as often`;
    button.title = `${told}. ${hint}`;
    button.setAttribute('aria-label', `${item.name}: ${told}. ${hint}`);
    button.onclick = () => send(item.name);
    entry.append(button);
    list.append(entry);
  }
  row.append(make('span', 'title', title), list);
  return row;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.meaning');
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', data.label);
  if (root.dataset.drawn === data.signature) return;
  root.dataset.drawn = data.signature;
  const parts = [];
  if (data.categories.length) {
    parts.push(group('More often here', data.categories, 'Click to see only this category', data, (name) => setTriggerValue('category', name)));
  }
  if (data.words.length) {
    parts.push(group('Words', data.words, 'Click to add it to the query', data, (name) => setTriggerValue('word', name)));
  }
  root.replaceChildren(...parts);
}
