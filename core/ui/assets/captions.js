// A ranked list of captions, each with its score and a link to its picture.
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector('ol');
  if (list.dataset.drawn === data.signature) return;
  list.dataset.drawn = data.signature;
  list.setAttribute('aria-label', data.label);
  list.replaceChildren(...data.items.map((item) => {
    const row = make('li');
    const link = make('a', '', 'picture');
    link.href = item.href;
    link.target = '_self';
    link.setAttribute('aria-label', `Pictures like the one of this caption: ${item.text}`);
    row.append(make('span', 'score', item.score), make('span', 'text', item.text), link);
    return row;
  }));
}
