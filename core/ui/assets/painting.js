// How a map of points is drawn: the points with WebGL 2, names, rings, the star and regions over them on a second canvas.
// Texts come from a collection and are hostile: they are drawn on a canvas or set by textContent, never as markup.
const ACCENT = '#e0455e';
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

// Draws `data` on `canvas`, `over` and `legend`, which whoever extends it has made.
class Painter {
  prepare() {
    const { gl } = this;
    this.points = program(gl, POINT_SHADER, POINT_COLOUR);
    this.lines = program(gl, LINE_SHADER, LINE_COLOUR);
    this.buffers = { at: gl.createBuffer(), colour: gl.createBuffer(), kind: gl.createBuffer(), pairs: gl.createBuffer() };
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  isDark() {
    const [red, green, blue] = getComputedStyle(this.stage).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
    return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
  }

  colours() {
    const { colours } = this.data;
    if (colours.names) return (this.dark ? colours.dark : colours.light).map(rgb);
    return Array.from({ length: 256 }, (_, step) => viridis(step));
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
    if (!this.space) return;
    const away = new Float32Array(count);
    for (let i = 0; i < count; i += 1) away[i] = Math.hypot(...[0, 1, 2].map((axis) => at[3 * i + axis] - this.middle[axis]));
    this.radius = away.sort()[Math.floor(0.97 * (count - 1))] || 1; // a few strays must not make the rest small
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
}
