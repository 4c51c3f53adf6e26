// The boxes of objects over a card's picture, cut off as the picture is.
const BOX_COLOURS = ['#18b3a5', '#ff8a3d', '#7f8cff', '#ff6fa5', '#b9d13a', '#4cc3ff', '#d99a63', '#c08bff'];

function boxLayer(item, names) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'boxes');
  svg.setAttribute('viewBox', `0 0 ${item.width} ${item.height}`);
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice'); // what object-fit: cover does to the picture
  svg.setAttribute('aria-hidden', 'true');
  for (const [category, x, y, width, height] of item.boxes) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    Object.entries({ x, y, width, height }).forEach(([side, value]) => shape.setAttribute(side, value));
    shape.setAttribute('stroke', BOX_COLOURS[Math.max(0, names.indexOf(category)) % BOX_COLOURS.length]);
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = category;
    shape.append(title);
    svg.append(shape);
  }
  return svg;
}
