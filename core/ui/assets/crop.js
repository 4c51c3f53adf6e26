// A picture of which a part can be chosen: drag a region, move it, resize it by its handles; the same by keyboard.
// A region is [left, top, width, height], each a share of the picture's sides. Nothing is sent before it is applied.
const LEAST = 0.04; // the smallest side a region can have: below it nothing is left to see
const SHOWN = 240; // pixels of the longer side, at least
const STEP = 0.02;
const FINE = 0.005;
const GRIPS = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MIDDLE = [0.25, 0.25, 0.5, 0.5];
let ids = 0;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

function label([left, top, width, height]) {
  return `${percent(left)} from the left, ${percent(top)} from the top, ${percent(width)} wide, ${percent(height)} high`;
}

function moved([left, top, width, height], across, down) {
  return [clamp(left + across, 0, 1 - width), clamp(top + down, 0, 1 - height), width, height];
}

// `grip` names the edges that follow: "se" the lower right corner. An edge stops LEAST before the one across.
function resized([left, top, width, height], grip, across, down) {
  let [right, bottom] = [left + width, top + height];
  if (grip.includes('w')) left = clamp(left + across, 0, right - LEAST);
  if (grip.includes('e')) right = clamp(right + across, left + LEAST, 1);
  if (grip.includes('n')) top = clamp(top + down, 0, bottom - LEAST);
  if (grip.includes('s')) bottom = clamp(bottom + down, top + LEAST, 1);
  return [left, top, right - left, bottom - top];
}

// The region between two points of the picture, at least LEAST in both directions and inside it.
function between([x, y], [toX, toY]) {
  const width = Math.max(LEAST, Math.abs(toX - x));
  const height = Math.max(LEAST, Math.abs(toY - y));
  return moved([Math.min(x, toX), Math.min(y, toY), width, height], 0, 0);
}

// Four decimals name every pixel of a picture 10,000 wide, and keep an address readable. Left + width stays at most 1.
function rounded([left, top, width, height]) {
  const short = (value) => Math.round(value * 10000) / 10000;
  const [x, y] = [short(left), short(top)];
  return [x, y, short(Math.min(width, 1 - x)), short(Math.min(height, 1 - y))];
}

class Cropper {
  constructor(root, data, send) {
    Object.assign(this, { root, data, send, region: data.region, applied: data.region, armed: false, drag: null });
    this.id = `crop-${(ids += 1)}`;
    root.replaceChildren(this.stage(), this.panel());
    this.paint();
  }

  stage() {
    this.field = make('div', 'stage');
    this.field.tabIndex = 0;
    this.field.setAttribute('role', 'application'); // or a screen reader would keep the arrow keys for itself
    this.field.setAttribute('aria-roledescription', 'region of a picture');
    this.field.setAttribute('aria-describedby', `${this.id}-keys`);
    const img = make('img');
    img.alt = this.data.alt;
    img.draggable = false;
    img.onload = () => { // a tiny picture is enlarged: on a few pixels nobody can draw
      const longer = Math.max(img.naturalWidth, img.naturalHeight);
      if (longer < SHOWN) img.style.width = `${(img.naturalWidth * SHOWN) / longer}px`;
    };
    img.src = this.data.src;
    this.box = make('div', 'region');
    this.box.append(...GRIPS.map((grip) => {
      const node = make('span', `grip ${grip}`);
      node.dataset.grip = grip;
      return node;
    }));
    this.field.append(img, this.box);
    this.field.onpointerdown = (event) => this.down(event);
    this.field.onpointermove = (event) => this.move(event);
    this.field.onpointerup = (event) => this.up(event);
    this.field.onpointercancel = (event) => this.cancel(event);
    this.field.onkeydown = (event) => this.key(event);
    return this.field;
  }

  panel() {
    const panel = make('div', 'panel');
    if (this.data.title) panel.append(make('div', 'title', this.data.title));
    if (this.data.text) panel.append(make('div', 'text', this.data.text));
    this.told = make('div', 'told');
    this.told.setAttribute('role', 'status');
    const keys = make('div', 'spoken', 'Arrow keys move the region, Shift with arrow keys resizes it, Alt makes small steps, Enter applies it, Escape takes it away.');
    keys.id = `${this.id}-keys`;
    this.apply = make(this.data.href ? 'a' : 'button', 'act main', this.data.action);
    this.pick = make('button', 'act', 'Select a part');
    this.whole = make('button', 'act', 'Whole picture');
    for (const button of [this.apply, this.pick, this.whole]) if (button.localName === 'button') button.type = 'button';
    if (this.data.href) this.apply.target = '_self';
    else this.apply.onclick = () => this.confirm();
    this.pick.onclick = () => this.arm();
    this.whole.onclick = () => this.clear();
    const acts = make('div', 'acts');
    acts.append(this.pick, this.apply, this.whole);
    panel.append(this.told, keys, acts);
    return panel;
  }

  changed() {
    return String(this.region && rounded(this.region)) !== String(this.applied && rounded(this.applied));
  }

  paint() {
    const { region } = this;
    this.box.hidden = !region;
    this.field.classList.toggle('armed', this.armed);
    if (region) {
      ['left', 'top', 'width', 'height'].forEach((side, at) => { this.box.style[side] = `${100 * region[at]}%`; });
    }
    const said = region ? label(region) : this.armed ? 'Drag over the picture.' : 'Drag over the picture to choose a part of it.';
    if (this.told.textContent !== said) this.told.textContent = said;
    this.field.setAttribute('aria-label', region ? `Chosen part: ${label(region)}` : 'The whole picture; press an arrow key to choose a part');
    this.pick.hidden = Boolean(region) || this.armed;
    this.apply.hidden = !region || !(this.data.href || this.changed());
    this.whole.hidden = !region && !this.armed;
    if (this.data.href && region) this.apply.href = this.data.href.replace('PART', rounded(region).join(','));
  }

  set(region) {
    this.region = region;
    this.paint();
  }

  // By touch a drag over the picture scrolls the page until this was pressed; by keyboard it is a place to begin.
  arm() {
    this.armed = true;
    this.set(MIDDLE);
    this.field.focus();
  }

  confirm() {
    if (!this.region) return;
    if (this.data.href) {
      this.apply.click();
      return;
    }
    if (!this.changed()) return;
    this.applied = rounded(this.region);
    this.armed = false;
    this.field.focus(); // the button that was pressed is about to go
    this.paint();
    this.send('apply', this.applied);
  }

  clear() {
    const had = this.applied;
    Object.assign(this, { region: null, applied: null, armed: false, drag: null });
    this.field.focus();
    this.paint();
    if (had) this.send('clear', true);
  }

  // Where a pointer is, as shares of the picture.
  at(event) {
    const place = this.field.getBoundingClientRect();
    return [clamp((event.clientX - place.left) / place.width, 0, 1), clamp((event.clientY - place.top) / place.height, 0, 1)];
  }

  down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const grip = event.target.dataset?.grip;
    const inside = this.region && event.target === this.box;
    if (event.pointerType === 'touch' && !grip && !inside && !this.armed) return; // leave it to the page's scrolling
    this.drag = { from: this.at(event), start: this.region, grip: grip ?? (inside ? 'move' : 'new'), far: false };
    this.field.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (!this.drag) return;
    const { from, start, grip } = this.drag;
    const to = this.at(event);
    const [across, down] = [to[0] - from[0], to[1] - from[1]];
    const place = this.field.getBoundingClientRect();
    // A click is no drag: it would leave a speck of a region, or take away the one that is there.
    this.drag.far ||= Math.hypot(across * place.width, down * place.height) > 4;
    if (!this.drag.far) return;
    if (grip === 'new') this.set(between(from, to));
    else if (grip === 'move') this.set(moved(start, across, down));
    else this.set(resized(start, grip, across, down));
  }

  up(event) {
    this.drag = null;
    if (this.field.hasPointerCapture(event.pointerId)) this.field.releasePointerCapture(event.pointerId);
  }

  cancel(event) {
    if (this.drag) this.set(this.drag.start);
    this.up(event);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      // Also keeps the arrows of a dialog from turning to the next picture.
      event.preventDefault();
      event.stopPropagation();
      const step = event.altKey ? FINE : STEP;
      const [across, down] = [arrow[0] * step, arrow[1] * step];
      if (!this.region) this.set(MIDDLE);
      else this.set(event.shiftKey ? resized(this.region, 'se', across, down) : moved(this.region, across, down));
    } else if (event.key === 'Enter' && this.region) {
      event.preventDefault();
      event.stopPropagation();
      this.confirm();
    } else if (event.key === 'Escape' && (this.region || this.armed)) {
      event.preventDefault();
      event.stopPropagation();
      this.clear();
    }
  }
}

const shown = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.crop');
  const known = shown.get(root);
  const same = known && ['src', 'alt', 'title', 'text', 'action', 'href'].every((name) => known.data[name] === data[name]);
  if (!same) {
    shown.set(root, new Cropper(root, data, setTriggerValue));
    return;
  }
  known.send = setTriggerValue;
  // What is being drawn stays, unless the region that is searched by was changed by something else.
  if (String(data.region) !== String(known.applied)) {
    Object.assign(known, { applied: data.region, armed: false });
    known.set(data.region);
  }
}
