// The picture that is searched with, its title and its own words.
export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector('figure');
  if (figure.dataset.drawn === data.signature) return;
  figure.dataset.drawn = data.signature;
  const shown = data.src ? make('img') : make('div', 'gap', 'File is missing');
  if (data.src) {
    shown.alt = data.alt;
    shown.src = data.src;
  }
  const words = make('figcaption');
  words.append(make('div', 'title', data.title), make('div', 'text', data.text));
  figure.replaceChildren(shown, words);
}
