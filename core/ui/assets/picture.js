// The picture that is searched with, its title and its own words.
export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector('figure');
  if (figure.dataset.drawn === data.signature) return;
  figure.dataset.drawn = data.signature;
  const shown = document.createElement(data.src ? 'img' : 'div');
  if (data.src) {
    shown.alt = data.alt;
    shown.src = data.src;
  } else {
    shown.className = 'gap';
    shown.textContent = 'File is missing';
  }
  const words = document.createElement('figcaption');
  for (const [name, text] of [['title', data.title], ['text', data.text]]) {
    if (!text) continue;
    const line = document.createElement('div');
    line.className = name;
    line.textContent = text;
    words.append(line);
  }
  figure.replaceChildren(shown, words);
}
