// A ranked list of captions, each with its score and a link to its picture. Text goes in by textContent only.
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector('ol');
  if (list.dataset.drawn === data.signature) return;
  list.dataset.drawn = data.signature;
  list.setAttribute('aria-label', data.label);
  list.replaceChildren(...data.items.map((item) => {
    const row = document.createElement('li');
    const score = document.createElement('span');
    score.className = 'score';
    score.textContent = item.score;
    const text = document.createElement('span');
    text.className = 'text';
    text.textContent = item.text;
    const link = document.createElement('a');
    link.href = item.href;
    link.target = '_self';
    link.textContent = 'picture';
    link.setAttribute('aria-label', `Pictures like the one of this caption: ${item.text}`);
    row.append(score, text, link);
    return row;
  }));
}
