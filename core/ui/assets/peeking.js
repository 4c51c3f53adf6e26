// What is known of the points of the map on this page, shared by what draws maps and by what fetches pictures.
const peeking = (window.cocoLensPeeking ??= {
  map: '',
  items: new Map(),
  asked: new Map(), // point to when it was asked for: an answer that never comes is asked for again
  waiting: new Set(),
  hear: new Set(),
  send: null,
  timer: 0,
  watching: false,
});
const ASK_AGAIN = 4000; // ms
const MOST_ASKED = 24;

// Ask for the points that are not known yet, the first ones first, once the pointer rests for a moment.
function want(map, points) {
  if (peeking.map !== map) return;
  const now = performance.now();
  peeking.waiting = new Set(points.filter((point) => !peeking.items.has(point)
    && now - (peeking.asked.get(point) ?? -ASK_AGAIN) >= ASK_AGAIN));
  clearTimeout(peeking.timer);
  if (peeking.waiting.size) peeking.timer = setTimeout(askNow, 70);
}

function askNow() {
  const points = [...peeking.waiting].slice(0, MOST_ASKED);
  peeking.waiting.clear();
  if (!points.length || !peeking.send) return;
  const now = performance.now();
  for (const point of points) peeking.asked.set(point, now);
  peeking.send(points);
}

// The picture of a point, or the room for it while it is fetched.
function peekFigure(item) {
  if (!item) return make('div', 'room');
  if (!item.src) return make('div', 'gap', 'File is missing');
  const img = make('img');
  img.alt = '';
  img.src = item.src;
  return img;
}
