// Recent queries, each with what it found; one that can be asked again is a link.
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector('.recent');
  if (list.dataset.drawn === data.signature) return;
  list.dataset.drawn = data.signature;
  list.setAttribute('aria-label', data.label);
  list.replaceChildren(...data.items.map((item) => {
    const row = make('li');
    const text = make(item.href ? 'a' : 'span', 'text', item.text);
    if (item.href) {
      text.href = item.href;
      text.target = '_self';
      text.title = 'Ask again';
    }
    row.append(text, make('span', 'note', item.note), make('time', '', item.time));
    return row;
  }));
}
