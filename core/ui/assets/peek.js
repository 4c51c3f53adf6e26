// Answers for the pictures under the pointer; shows them in the tooltips of charts, which know only a point's number.
const TIP = 'vg-tooltip-element';

function numbered(tip) {
  const row = [...tip.querySelectorAll('tr')].find((one) => /^point:?$/.test(one.querySelector('.key')?.textContent.trim() ?? ''));
  return row ? [row, Number(row.querySelector('.value').textContent.replace(/\D/g, ''))] : [null, NaN];
}

function illustrate(tip) {
  const [row, point] = numbered(tip);
  if (!row || Number.isNaN(point)) return;
  row.style.display = 'none';
  const item = peeking.items.get(point);
  if (!item) want(peeking.map, [point]);
  const known = tip.querySelector('.coco-lens-peek');
  if (known && known.dataset.state === String(Boolean(item))) return;
  const place = make('div', 'coco-lens-peek');
  place.dataset.state = String(Boolean(item));
  const figure = peekFigure(item);
  figure.style.cssText = 'display:block;width:160px;height:120px;object-fit:contain;margin:0 auto 4px;border-radius:6px;';
  place.append(figure);
  if (known) known.replaceWith(place);
  else tip.prepend(place);
}

function watch() {
  if (peeking.watching) return;
  peeking.watching = true;
  const inside = new MutationObserver(() => {
    const tip = document.getElementById(TIP);
    if (tip) illustrate(tip);
  });
  const attach = () => {
    const tip = document.getElementById(TIP);
    if (tip && tip.cocoLens === undefined) {
      tip.cocoLens = true;
      inside.observe(tip, { childList: true });
      illustrate(tip);
    }
  };
  new MutationObserver(attach).observe(document.body, { childList: true });
  attach();
  peeking.hear.add(() => {
    const tip = document.getElementById(TIP);
    if (tip?.classList.contains('visible')) illustrate(tip);
  });
}

export default function ({ data, setTriggerValue }) {
  if (peeking.map !== data.map) {
    peeking.map = data.map;
    peeking.items.clear();
    peeking.asked.clear();
  }
  for (const [point, item] of Object.entries(data.items ?? {})) {
    peeking.items.set(Number(point), item);
    peeking.asked.delete(Number(point));
  }
  peeking.send = (points) => setTriggerValue('ask', { map: data.map, points });
  watch();
  for (const heard of peeking.hear) heard();
}
