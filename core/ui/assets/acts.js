// Links that look like buttons; one without an address says why it cannot be followed.
export default function ({ data, parentElement }) {
  const nav = parentElement.querySelector('.acts');
  if (nav.dataset.drawn === data.signature) return;
  nav.dataset.drawn = data.signature;
  nav.replaceChildren(...data.items.map((item) => {
    const node = make(item.href ? 'a' : 'span', 'act', item.label);
    if (item.href) {
      node.href = item.href;
      node.target = '_self';
    }
    return node;
  }));
}
