// What each term of the query adds to the score of one picture: a table of exact numbers.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.shares');
  if (root.dataset.drawn === data.signature) return;
  root.dataset.drawn = data.signature;
  const table = make('table');
  const row = (cells, tag = 'td') => {
    const line = make('tr');
    line.append(...cells.map((cell) => (cell instanceof Node ? cell : make(tag, '', cell))));
    return line;
  };
  table.append(make('caption', '', 'What each term adds to the score'));
  table.append(row(['Term', 'Weight', ...data.sides.map((side) => `by ${side}`), 'Share'], 'th'));
  data.rows.forEach((item, index) => {
    const name = make('td', 'term');
    const number = make('span', 'number', String(index + 1));
    number.style.background = termColour(index);
    name.append(number, make('span', '', item.label));
    table.append(row([name, item.weight, ...item.sides, item.share]));
  });
  const sum = row(['Score', '', ...data.totals, data.score]);
  sum.className = 'sum';
  table.append(sum);
  root.replaceChildren(table);
}
