// A map of many points: flat with a rectangle or a lasso to choose a region, or in space to turn.
const REACH = 14; // pixels from a point to the pointer that still touches it
const MOST_CORNERS = 180;

// Fewer corners for the same outline (Ramer, Douglas and Peucker).
function simplified(corners, tolerance) {
  if (corners.length < 3) return corners;
  const [first, last] = [corners[0], corners[corners.length - 1]];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy);
  let [far, at] = [0, 0];
  for (let i = 1; i < corners.length - 1; i += 1) {
    const [x, y] = [corners[i][0] - first[0], corners[i][1] - first[1]];
    const away = length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
    if (away > far) [far, at] = [away, i];
  }
  if (far <= tolerance) return [first, last];
  return [...simplified(corners.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(corners.slice(at), tolerance)];
}

class Scatter extends Painter {
  constructor(root) {
    super();
    this.root = root;
    this.stage = make('div', 'stage');
    this.canvas = make('canvas', 'points');
    this.over = make('canvas', 'over');
    this.over.tabIndex = 0;
    this.over.setAttribute('role', 'application');
    this.card = make('div', 'peek');
    this.card.hidden = true;
    this.legend = make('div', 'legend');
    this.told = make('div', 'told');
    this.told.setAttribute('role', 'status');
    this.stage.append(this.canvas, this.over, this.tools(), this.card);
    root.replaceChildren(this.stage, this.told, this.legend);
    this.gl = this.canvas.getContext('webgl2', { antialias: true, premultipliedAlpha: false });
    this.hovered = -1;
    this.armed = false;
    if (!this.gl) return;
    this.canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    this.canvas.addEventListener('webglcontextrestored', () => { this.prepare(); this.upload(); this.paint(); });
    this.prepare();
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.hear = () => { if (this.root.isConnected) this.showCard(); else peeking.hear.delete(this.hear); };
    peeking.hear.add(this.hear);
  }

  tools() {
    const bar = make('div', 'tools');
    const button = (text, label, act) => {
      const made = make('button', 'tool', text);
      made.type = 'button';
      made.title = label;
      made.setAttribute('aria-label', label);
      made.onclick = act;
      bar.append(made);
      return made;
    };
    this.arm = button('Draw', 'Draw a region with a finger', () => this.setArmed(!this.armed));
    this.arm.classList.add('arm');
    button('+', 'Zoom in (Ctrl with the wheel, or the + key)', () => this.zoom(1.4));
    button('−', 'Zoom out (Ctrl with the wheel, or the - key)', () => this.zoom(1 / 1.4));
    button('⤢', 'Show everything (the 0 key)', () => { this.fit(); this.paint(); });
    return bar;
  }

  setArmed(on) {
    this.armed = on;
    this.arm.setAttribute('aria-pressed', String(on));
    this.over.classList.toggle('armed', on);
  }

  // Take what is to be drawn; the view stays while the map stays.
  show(data, send) {
    this.send = send;
    const dark = this.isDark();
    if (this.data?.signature === data.signature && this.dark === dark) return;
    const other = this.data?.map !== data.map;
    Object.assign(this, { data, dark, region: data.region });
    this.space = data.dims === 3;
    this.over.classList.toggle('space', this.space);
    this.arm.hidden = this.space;
    this.places = unpacked(data.places, Float32Array);
    this.codes = unpacked(data.colours.codes, Uint8Array);
    this.pairs = data.pairs ? unpacked(data.pairs, Uint32Array) : new Uint32Array(0);
    this.count = this.places.length / data.dims;
    this.hover(-1);
    this.upload();
    this.drawLegend();
    const kinds = data.pictures && data.pictures < this.count ? 'points' : data.pictures ? 'pictures' : 'captions';
    const acts = this.space ? 'Drag or arrow keys turn it' : `Drag to ${data.tool === 'lasso' ? 'draw around' : 'choose'} a region, Shift-drag moves the map`;
    this.told.textContent = `${this.count.toLocaleString('en')} ${kinds}. ${acts}; + and − zoom; a click shows neighbours.`;
    this.over.setAttribute('aria-label', `Map of ${this.count.toLocaleString('en')} ${kinds}. ${this.told.textContent}`);
    this.resize();
    if (other) this.fit();
    this.paint();
  }

  resize() {
    const width = this.stage.clientWidth;
    const height = this.stage.clientHeight;
    const dense = window.devicePixelRatio || 1;
    if (!width || (this.width === width && this.height === height && this.dense === dense)) return;
    const first = !this.width;
    Object.assign(this, { width, height, dense });
    for (const canvas of [this.canvas, this.over]) Object.assign(canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
    if (!this.data) return;
    if (first) this.fit();
    this.paint();
  }

  // The points nearest to a place on the screen within reach, nearest first; up to eight, so that the next ones are
  // fetched before the pointer is there.
  near([x, y], reach = REACH) {
    const matrix = this.matrix();
    const found = [];
    const { at } = this;
    for (let i = 0; i < this.count; i += 1) {
      const [px, py, pz] = [at[3 * i], at[3 * i + 1], at[3 * i + 2]];
      const w = matrix[3] * px + matrix[7] * py + matrix[11] * pz + matrix[15];
      const dx = (((matrix[0] * px + matrix[4] * py + matrix[8] * pz + matrix[12]) / w + 1) / 2) * this.width - x;
      const dy = ((1 - (matrix[1] * px + matrix[5] * py + matrix[9] * pz + matrix[13]) / w) / 2) * this.height - y;
      const away = dx * dx + dy * dy;
      if (away < reach * reach) found.push([away, i]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, 8);
  }

  hover(point, [x, y] = [0, 0]) {
    this.over.style.cursor = point >= 0 ? 'pointer' : this.space ? 'grab' : 'crosshair';
    if (point >= 0) {
      this.card.style.left = `${clamp(x + 14, 4, Math.max(4, this.width - 190))}px`;
      this.card.style.top = `${y > this.height / 2 ? Math.max(4, y - 190) : y + 14}px`;
    }
    if (this.hovered === point) return;
    this.hovered = point;
    this.showCard();
    this.paint(false);
  }

  showCard() {
    this.card.hidden = this.hovered < 0;
    if (this.hovered < 0) return;
    const item = peeking.items.get(this.hovered);
    const state = `${this.hovered} ${Boolean(item)}`;
    if (this.card.dataset.state === state) return;
    this.card.dataset.state = state;
    this.card.replaceChildren(peekFigure(item), make('div', 'said', item ? item.text : ''));
    if (item?.kind) this.card.append(make('div', 'kind', item.kind));
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    if (this.space) this.view.scale = clamp(this.view.scale * factor, 0.4, 1.9);
    else {
      const before = this.place(at);
      this.view.scale = clamp(this.view.scale * factor, this.whole / 4, this.whole * 400);
      const after = this.place(at);
      this.view.x += before[0] - after[0];
      this.view.y += before[1] - after[1];
    }
    this.paint();
  }

  pan(dx, dy) {
    if (this.space) {
      this.view.turn += dx * 0.008;
      this.view.tilt = clamp(this.view.tilt + dy * 0.008, -1.5, 1.5);
    } else {
      this.view.x -= dx / this.view.scale;
      this.view.y += dy / this.view.scale;
    }
    this.paint();
  }

  listen() {
    const { over } = this;
    const here = (event) => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    over.onpointerdown = (event) => {
      if (!event.isPrimary || event.button > 1) return;
      const at = here(event);
      const moves = this.space || event.shiftKey || event.button === 1;
      const touch = event.pointerType === 'touch' && !this.armed && !this.space;
      this.drag = { from: at, last: at, moves, touch, far: false, corners: [] };
      if (!touch) over.setPointerCapture(event.pointerId);
    };
    over.onpointermove = (event) => {
      const at = here(event);
      if (!this.drag) {
        this.pointed = at;
        this.looking ||= requestAnimationFrame(() => { this.looking = 0; this.look(); });
        return;
      }
      const { drag } = this;
      drag.far ||= Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > 4;
      if (!drag.far || drag.touch) return;
      this.hover(-1);
      if (drag.moves) this.pan(at[0] - drag.last[0], at[1] - drag.last[1]);
      else if (this.data.tool === 'lasso') {
        if (!drag.corners.length) drag.corners.push(drag.from);
        drag.corners.push(at);
      } else {
        const [x, y] = drag.from;
        drag.corners = [[x, y], [at[0], y], at, [x, at[1]]];
      }
      drag.last = at;
      this.paint(false);
    };
    over.onpointerup = (event) => {
      const { drag } = this;
      this.drag = null;
      if (!drag || drag.touch && drag.far) return;
      if (!drag.far) this.click(here(event));
      else if (!drag.moves) this.choose(drag.corners);
      this.paint(false);
    };
    over.onpointercancel = () => { this.drag = null; this.paint(false); };
    over.onpointerleave = () => { this.pointed = null; this.hover(-1); };
    over.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls by the wheel alone
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.004), here(event));
    }, { passive: false });
    over.onkeydown = (event) => {
      const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
      if (event.key in moves) this.pan(...moves[event.key]);
      else if (event.key === '+' || event.key === '=') this.zoom(1.25);
      else if (event.key === '-') this.zoom(0.8);
      else if (event.key === '0') { this.fit(); this.paint(); } else if (event.key === 'Escape') this.clear();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
  }

  look() {
    if (!this.pointed || !this.data || !this.view) return;
    const found = this.near(this.pointed).map(([, i]) => i);
    this.hover(found.length ? found[0] : -1, this.pointed);
    if (found.length) want(this.data.map, found);
  }

  click(at) {
    const [found] = this.near(at);
    if (found) this.send('point', found[1]);
    else this.clear();
  }

  choose(drawn) {
    this.setArmed(false);
    let corners = drawn;
    if (this.data.tool === 'lasso') {
      for (let tolerance = 1; ; tolerance *= 1.5) {
        corners = simplified(drawn, tolerance);
        if (corners.length <= MOST_CORNERS) break;
      }
      if (corners.length < 3) return;
    } else corners = [drawn[0], drawn[2]];
    this.region = corners.flatMap((corner) => this.place(corner)).map((value) => Number(value.toPrecision(5)));
    if (this.region.length === 4) {
      const [x, y, x2, y2] = this.region;
      this.region = [Math.min(x, x2), Math.min(y, y2), Math.max(x, x2), Math.max(y, y2)];
    }
    this.send('region', this.region);
  }

  clear() {
    if (!this.region && this.data.point === null) return;
    this.region = null;
    this.send('region', []);
    this.paint(false);
  }
}

const shown = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.scatter');
  if (!shown.has(root)) shown.set(root, new Scatter(root));
  const scatter = shown.get(root);
  if (!scatter.gl) {
    setTriggerValue('unable', true);
    return;
  }
  scatter.show(data, setTriggerValue);
}
