// A map of many points, drawn with WebGL 2: flat with a rectangle or a lasso to choose a region, or in space to turn.
// Texts come from a collection and are hostile: they are drawn on a canvas or set by textContent, never as markup.
const ACCENT = '#e0455e';
const REACH = 14; // pixels from a point to the pointer that still touches it
const MOST_CORNERS = 180;
const VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
const POINT_SHADER = `#version 300 es
in vec3 at; in vec4 colour; in float kind;
uniform mat4 view; uniform float size; uniform bool space;
out vec4 tint; out float shape;
void main() {
  gl_Position = view * vec4(at, 1.0);
  gl_PointSize = size * (kind > 0.5 ? 1.2 : 1.0) / (space ? gl_Position.w : 1.0);
  tint = colour; shape = kind;
}`;
const POINT_COLOUR = `#version 300 es
precision mediump float;
in vec4 tint; in float shape; out vec4 shown;
void main() {
  vec2 p = gl_PointCoord;
  float inside = shape > 0.5 ? smoothstep(0.0, 0.12, min(0.46 * p.y - abs(p.x - 0.5) + 0.04, 0.96 - p.y))
    : 1.0 - smoothstep(0.38, 0.5, length(p - 0.5));
  if (inside < 0.05) discard;
  shown = vec4(tint.rgb, tint.a * inside);
}`;
const LINE_SHADER = `#version 300 es
in vec3 at; uniform mat4 view;
void main() { gl_Position = view * vec4(at, 1.0); }`;
const LINE_COLOUR = `#version 300 es
precision mediump float;
uniform vec4 tint; out vec4 shown;
void main() { shown = tint; }`;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function unpacked(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

function rgb(hex) {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function viridis(step) {
  const at = (step / 255) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [a, b] = [rgb(VIRIDIS[low]), rgb(VIRIDIS[low + 1])];
  return a.map((value, i) => Math.round(value + (b[i] - value) * (at - low)));
}

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

function program(gl, ...sources) {
  const made = gl.createProgram();
  sources.forEach((source, at) => {
    const shader = gl.createShader(at ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  });
  gl.linkProgram(made);
  return made;
}

class Scatter {
  constructor(root) {
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

  prepare() {
    const { gl } = this;
    this.points = program(gl, POINT_SHADER, POINT_COLOUR);
    this.lines = program(gl, LINE_SHADER, LINE_COLOUR);
    this.buffers = { at: gl.createBuffer(), colour: gl.createBuffer(), kind: gl.createBuffer(), pairs: gl.createBuffer() };
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
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

  isDark() {
    const [red, green, blue] = getComputedStyle(this.stage).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
    return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
  }

  colours() {
    const { colours } = this.data;
    const table = colours.names ? (this.dark ? colours.dark : colours.light).map(rgb) : Array.from({ length: 256 }, (_, step) => viridis(step));
    return table;
  }

  upload() {
    const { gl, data, count } = this;
    const at = new Float32Array(3 * count);
    for (let i = 0; i < count; i += 1) for (let axis = 0; axis < data.dims; axis += 1) at[3 * i + axis] = this.places[data.dims * i + axis];
    this.at = at;
    const table = this.colours();
    const colour = new Uint8Array(4 * count);
    const strength = count > 50_000 ? 150 : count > 5000 ? 185 : 215;
    for (let i = 0; i < count; i += 1) {
      const [red, green, blue] = table[this.codes[i]];
      colour.set([red, green, blue, strength], 4 * i);
    }
    const kind = new Float32Array(count).fill(1);
    kind.fill(0, 0, data.pictures);
    for (const [name, values] of [['at', at], ['colour', colour], ['kind', kind]]) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.pairs);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.pairs, gl.STATIC_DRAW);
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    const take = (i, value) => { low[i] = Math.min(low[i], value); high[i] = Math.max(high[i], value); };
    for (let i = 0; i < at.length; i += 1) take(i % 3, at[i]);
    (data.star ?? []).forEach((value, i) => take(i, value));
    this.middle = low.map((value, i) => (Number.isFinite(value) ? (value + high[i]) / 2 : 0));
    this.extent = low.map((value, i) => (Number.isFinite(value) ? high[i] - value : 0));
    const away = new Float32Array(count);
    for (let i = 0; i < count; i += 1) away[i] = Math.hypot(...[0, 1, 2].map((axis) => at[3 * i + axis] - this.middle[axis]));
    this.radius = away.sort()[Math.floor(0.97 * (count - 1))] || 1; // a few strays must not make the rest small
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

  fit() {
    const [wide, high] = this.extent ?? [1, 1];
    this.view = { x: this.middle?.[0] ?? 0, y: this.middle?.[1] ?? 0, scale: 1, turn: 0.6, tilt: 0.35 };
    this.view.scale = this.space ? 1 : Math.min(this.width / (1.08 * wide || 1), this.height / (1.08 * high || 1));
    this.whole = this.view.scale;
  }

  // Column-major 4 × 4, from places to the screen.
  matrix() {
    const { view, width, height } = this;
    if (!this.space) {
      const [kx, ky] = [(2 * view.scale) / width, (2 * view.scale) / height];
      return [kx, 0, 0, 0, 0, ky, 0, 0, 0, 0, 1, 0, -view.x * kx, -view.y * ky, 0, 1];
    }
    const unit = view.scale / this.radius;
    const [ct, st, cp, sp] = [Math.cos(view.turn), Math.sin(view.turn), Math.cos(view.tilt), Math.sin(view.tilt)];
    const rows = [[ct, 0, st], [sp * st, cp, -sp * ct], [-cp * st, sp, cp * ct]].map((row) => row.map((value) => value * unit));
    const shift = rows.map((row) => -row.reduce((sum, value, i) => sum + value * this.middle[i], 0));
    const lens = 2.1; // of the viewer from the middle, in half diagonals
    const [fx, fy] = [1.75 * Math.min(1, height / width), 1.75 * Math.min(1, width / height)];
    const columns = [];
    for (let i = 0; i < 3; i += 1) columns.push(fx * rows[0][i], fy * rows[1][i], -0.1 * rows[2][i], -rows[2][i]);
    columns.push(fx * shift[0], fy * shift[1], -0.1 * shift[2], lens - shift[2]);
    return columns;
  }

  // Where a place is on the screen, in pixels; the last number is how far away.
  screen(place, matrix = this.matrix()) {
    const [x, y, z = 0] = place;
    const row = (i) => matrix[i] * x + matrix[4 + i] * y + matrix[8 + i] * z + matrix[12 + i];
    const w = row(3);
    return [((row(0) / w + 1) / 2) * this.width, ((1 - row(1) / w) / 2) * this.height, w];
  }

  place([x, y]) {
    return [this.view.x + (x - this.width / 2) / this.view.scale, this.view.y - (y - this.height / 2) / this.view.scale];
  }

  pointSize() {
    const grown = this.space ? this.view.scale * 2.1 : (this.view.scale / this.whole) ** 0.4;
    return clamp(Math.sqrt((this.width * this.height * 0.1) / Math.max(1, this.count)), 2.4, 8.5) * grown;
  }

  // At the next frame; the points themselves only when they moved, since all of them are drawn then.
  paint(points = true) {
    this.stale ||= points;
    if (this.waiting || !this.view || !this.width) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
  }

  draw() {
    const began = performance.now();
    const matrix = this.matrix();
    if (this.stale) this.drawPoints(matrix);
    this.stale = false;
    this.drawOver(matrix);
    // For measurements and tests: what is on the screen now, and how long it took to say so.
    Object.assign(this.root.dataset, { drawn: String(this.count), map: this.data.map, ms: (performance.now() - began).toFixed(1) });
  }

  drawPoints(matrix) {
    const { gl } = this;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.space ? gl.enable(gl.DEPTH_TEST) : gl.disable(gl.DEPTH_TEST);
    const attribute = (made, name, buffer, size, type, normal) => {
      const at = gl.getAttribLocation(made, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, type, normal, 0, 0);
      return at;
    };
    if (this.pairs.length) {
      gl.useProgram(this.lines);
      gl.uniformMatrix4fv(gl.getUniformLocation(this.lines, 'view'), false, matrix);
      gl.uniform4f(gl.getUniformLocation(this.lines, 'tint'), 0.54, 0.59, 0.58, this.pairs.length > 20_000 ? 0.12 : 0.25);
      const at = attribute(this.lines, 'at', this.buffers.at, 3, gl.FLOAT, false);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.pairs);
      gl.drawElements(gl.LINES, this.pairs.length, gl.UNSIGNED_INT, 0);
      gl.disableVertexAttribArray(at);
    }
    gl.useProgram(this.points);
    gl.uniformMatrix4fv(gl.getUniformLocation(this.points, 'view'), false, matrix);
    gl.uniform1f(gl.getUniformLocation(this.points, 'size'), this.pointSize() * this.dense);
    gl.uniform1i(gl.getUniformLocation(this.points, 'space'), this.space ? 1 : 0);
    const used = [
      attribute(this.points, 'at', this.buffers.at, 3, gl.FLOAT, false),
      attribute(this.points, 'colour', this.buffers.colour, 4, gl.UNSIGNED_BYTE, true),
      attribute(this.points, 'kind', this.buffers.kind, 1, gl.FLOAT, false),
    ];
    gl.drawArrays(gl.POINTS, 0, this.count);
    used.forEach((at) => gl.disableVertexAttribArray(at));
  }

  drawOver(matrix) {
    const pen = this.over.getContext('2d');
    pen.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const [ink, ground] = this.dark ? ['#e7eeec', '#0f1413'] : ['#17211f', '#ffffff'];
    const point = (i) => this.screen([this.at[3 * i], this.at[3 * i + 1], this.at[3 * i + 2]], matrix);
    const ring = (i, radius, width) => {
      const [x, y] = point(i);
      for (const [colour, wide] of [[ground, width + 2], [ACCENT, width]]) {
        pen.beginPath();
        pen.arc(x, y, radius, 0, 7);
        pen.lineWidth = wide;
        pen.strokeStyle = colour;
        pen.stroke();
      }
    };
    for (const i of this.data.ringed) ring(i, 8, 2);
    for (const i of this.data.lit) ring(i, 6, 2);
    if (this.data.point !== null) ring(this.data.point, 10, 2.5);
    pen.font = '600 12px ' + getComputedStyle(this.root).fontFamily;
    pen.textAlign = 'center';
    const write = (text, x, y) => {
      pen.lineWidth = 4;
      pen.lineJoin = 'round';
      pen.strokeStyle = ground;
      pen.strokeText(text, x, y);
      pen.fillStyle = ink;
      pen.fillText(text, x, y);
    };
    const boxes = [];
    for (const [place, text] of this.data.labels) { // a name that would cover an earlier one waits for a closer look
      const [x, y] = this.screen(place, matrix);
      const half = pen.measureText(text).width / 2 + 4;
      if (boxes.some(([bx, by, wide]) => Math.abs(x - bx) < half + wide && Math.abs(y - by) < 18)) continue;
      boxes.push([x, y, half]);
      write(text, x, y);
    }
    if (this.data.star) {
      const [x, y] = this.screen(this.data.star, matrix);
      pen.beginPath();
      for (let i = 0; i < 10; i += 1) {
        const reach = i % 2 ? 5 : 12;
        pen.lineTo(x + reach * Math.sin((i * Math.PI) / 5), y - reach * Math.cos((i * Math.PI) / 5));
      }
      pen.closePath();
      pen.fillStyle = ACCENT;
      pen.fill();
      pen.lineWidth = 1.5;
      pen.strokeStyle = '#ffffff';
      pen.stroke();
      write(this.data.star_text.slice(0, 40), x, y - 17);
    }
    if (this.hovered >= 0) ring(this.hovered, 7, 2);
    const corners = this.drag?.corners?.length > 1 ? this.drag.corners : this.region && !this.space ? this.outline() : null;
    if (corners) {
      pen.beginPath();
      corners.forEach(([x, y]) => pen.lineTo(x, y));
      pen.closePath();
      pen.fillStyle = 'rgb(224 69 94 / .10)';
      pen.fill();
      pen.setLineDash([5, 4]);
      pen.lineWidth = 1.6;
      pen.strokeStyle = ACCENT;
      pen.stroke();
      pen.setLineDash([]);
    }
  }

  outline() {
    const { region } = this;
    const flat = region.length === 4 ? [region[0], region[1], region[2], region[1], region[2], region[3], region[0], region[3]] : region;
    const corners = [];
    for (let i = 0; i < flat.length; i += 2) corners.push(this.screen([flat[i], flat[i + 1]]));
    return corners;
  }

  drawLegend() {
    const { colours } = this.data;
    if (!colours.names) {
      const bar = make('span', 'scale');
      bar.style.background = `linear-gradient(90deg, ${VIRIDIS.join(', ')})`;
      this.legend.replaceChildren(make('span', '', `${colours.title}  ${colours.low}`), bar, make('span', '', colours.high));
      return;
    }
    const entries = colours.names.map((name, i) => {
      const entry = make('span', 'entry');
      const dot = make('span', 'dot');
      dot.style.background = (this.dark ? colours.dark : colours.light)[i];
      entry.append(dot, make('span', '', name));
      return entry;
    });
    if (this.data.pictures && this.data.pictures < this.count) entries.push(make('span', 'entry', '● pictures  ▲ captions'));
    this.legend.replaceChildren(...entries);
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
