
/* ---- Curves ---- */

/* What all charts share: which rounds are seen, how they are drawn, what the pointer is over. */
const view = { range: null, smoothing: 0, log: false, hover: null };
const charts = [];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    charts.forEach((chart) => chart.draw());
  });
}

/* From the first round of the run to the last. */
function everything() {
  let [low, high] = [Infinity, -Infinity];
  for (const curve of data.curves) {
    if (!curve.points.length) continue;
    low = Math.min(low, curve.points[0][0]);
    high = Math.max(high, curve.points[curve.points.length - 1][0]);
  }
  if (!(low < high)) return [low - 1, low + 1];
  return [low, high];
}

function show(low, high) {
  const [first, last] = everything();
  const span = Math.min(Math.max(high - low, Math.min(4, last - first)), last - first);
  low = Math.min(Math.max(low, first), last - span);
  view.range = span >= last - first ? null : [low, low + span];
  $('reset').disabled = !view.range;
  redraw();
}

function zoom(factor, at = 0.5) {
  const [low, high] = view.range || everything();
  const centre = low + (high - low) * at;
  show(centre - (centre - low) * factor, centre + (high - centre) * factor);
}

function pan(share) {
  const [low, high] = view.range || everything();
  const by = (high - low) * share;
  show(low + by, high + by);
}

function reset() {
  view.range = null;
  $('reset').disabled = true;
  redraw();
}

/* One point of each bucket, the last: those in between are its lowest and highest, and would count too much. */
function samples(curve) {
  const bucket = (point) => Math.floor((point[0] - 1) / curve.bucket);
  return curve.points.filter((point, i, all) => i + 1 === all.length || bucket(all[i + 1]) !== bucket(point));
}

/* An exponential moving average which does not start at zero. */
function smooth(points, weight) {
  let [sum, norm] = [0, 0];
  return points.map(([x, y]) => {
    sum = weight * sum + (1 - weight) * y;
    norm = weight * norm + (1 - weight);
    return [x, sum / norm];
  });
}

/* Round numbers between two values, about so many. */
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  // The nearest in ratio, not the next above: at least half as many as asked for.
  const step = [[1.5, 1], [3.5, 2], [7.5, 5], [Infinity, 10]].find(([limit]) => raw / power < limit)[1] * power;
  const all = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) all.push(i * step || 0);
  return all;
}

function logTicks(low, high) {
  const decades = high - low;
  const all = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const m of decades > 4 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7]) {
      const value = Math.log10(m) + power;
      if (value >= low - 1e-9 && value <= high + 1e-9) all.push(value);
    }
  }
  const every = Math.ceil(all.length / 6);
  return all.length >= 2 ? all.filter((_, i) => i % every === 0) : [low, high];
}

const rounds = (step) => (step >= 1e6 ? `${number(step / 1e6, 3)}M` : step >= 1e4 ? `${number(step / 1e3, 3)}k` : whole(step));

class Chart {
  constructor(title, curves) {
    this.curves = curves.map((curve, i) => ({ curve, colour: `--c${i % 8}`, shown: true, thin: samples(curve) }));
    this.canvas = el('canvas', {
      tabindex: 0,
      role: 'img',
      'aria-label': `${title} over rounds`,
      pointerdown: (event) => this.press(event),
      pointermove: (event) => this.move(event),
      pointerup: (event) => this.release(event),
      pointercancel: () => this.cancel(),
      pointerleave: () => this.leave(),
      dblclick: reset,
      wheel: (event) => this.wheel(event),
      keydown: (event) => this.key(event),
    });
    this.legend = el('div', { class: 'legend' });
    this.curves.forEach((line) => this.legend.append(this.entry(line)));
    this.where = el('span', { class: 'soft where' });
    this.hidden = el('div', { class: 'soft hint', hidden: true });
    this.card = el('div', { class: 'card chart' },
      el('div', { class: 'row head' }, el('h3', {}, title), this.where), this.legend, this.canvas, this.hidden);
    new ResizeObserver(redraw).observe(this.canvas);
  }

  entry(line) {
    line.value = el('span', { class: 'value' });
    line.button = el('button', {
      'aria-pressed': 'true',
      title: 'show or hide',
      click: () => {
        line.shown = !line.shown;
        line.button.setAttribute('aria-pressed', String(line.shown));
        redraw();
      },
    }, el('i', { style: `background:var(${line.colour})` }), el('span', {}, line.curve.label), line.value);
    return line.button;
  }

  /* Where the plot lies in the canvas. */
  frame() {
    return { left: 50, right: this.canvas.clientWidth - 10, top: 8, bottom: this.canvas.clientHeight - 22 };
  }

  at(event) {
    const { left, right } = this.frame();
    return (event.clientX - this.canvas.getBoundingClientRect().left - left) / (right - left);
  }

  round(share) {
    const [low, high] = view.range || everything();
    return low + (high - low) * Math.min(1, Math.max(0, share));
  }

  press(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const share = this.at(event);
    this.drag = { from: share, to: share, pan: event.shiftKey, range: view.range || everything() };
  }

  move(event) {
    const share = this.at(event);
    view.hover = this.round(share);
    if (this.drag && this.drag.pan) {
      const [low, high] = this.drag.range;
      const by = (this.drag.from - share) * (high - low);
      show(low + by, high + by);
    } else if (this.drag) {
      this.drag.to = share;
    }
    redraw();
  }

  release(event) {
    const drag = this.drag;
    this.drag = null;
    if (drag && !drag.pan) {
      drag.to = this.at(event);
      const { left, right } = this.frame();
      if (Math.abs(drag.to - drag.from) * (right - left) > 6) {
        show(this.round(Math.min(drag.from, drag.to)), this.round(Math.max(drag.from, drag.to)));
      }
    }
    redraw();
  }

  cancel() {
    this.drag = null;
    this.leave();
  }

  leave() {
    if (this.drag) return;
    view.hover = null;
    redraw();
  }

  /* The wheel scrolls the page, unless it is turned sideways, or with Ctrl held. */
  wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.002), Math.min(1, Math.max(0, this.at(event))));
    } else if (view.range && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      event.preventDefault();
      pan((event.deltaX || event.deltaY) * 0.001);
    }
  }

  key(event) {
    const keys = {
      ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), '+': () => zoom(0.7), '=': () => zoom(0.7),
      '-': () => zoom(1 / 0.7), 0: reset, Escape: reset,
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  }

  /* The lines to draw: [points, colour, opacity, width]. */
  lines() {
    return this.curves.filter((line) => line.shown).flatMap((line) => {
      const raw = [line.curve.points, line.colour, 1, 1.5];
      if (!view.smoothing) return [raw];
      return [[line.curve.points, line.colour, 0.25, 1], [smooth(line.thin, view.smoothing), line.colour, 1, 1.8]];
    });
  }

  /* The values to be seen, from low to high. */
  extent(lines, [low, high], scale) {
    let [bottom, top] = [Infinity, -Infinity];
    for (const [points] of lines) {
      points.forEach(([x, y], i) => {
        const near = (x >= low && x <= high)
          || (x < low && points[i + 1] && points[i + 1][0] > low) || (x > high && points[i - 1] && points[i - 1][0] < high);
        const value = scale(y);
        if (near && Number.isFinite(value)) {
          bottom = Math.min(bottom, value);
          top = Math.max(top, value);
        }
      });
    }
    if (bottom > top) return [0, 1];
    const room = (top - bottom) * 0.05 || Math.abs(top) * 0.05 || 1;
    return [bottom - room, top + room];
  }

  draw() {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext('2d');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const scale = view.log ? Math.log10 : (value) => value;
    const [frame, range, lines] = [this.frame(), view.range || everything(), this.lines()];
    const [bottom, top] = this.extent(lines, range, scale);
    const x = (step) => frame.left + (step - range[0]) / (range[1] - range[0]) * (frame.right - frame.left);
    const y = (value) => frame.bottom - (scale(value) - bottom) / (top - bottom) * (frame.bottom - frame.top);
    this.axes(pen, frame, range, [bottom, top], x);
    pen.save();
    pen.beginPath();
    pen.rect(frame.left, frame.top - 2, frame.right - frame.left, frame.bottom - frame.top + 4);
    pen.clip();
    for (const line of lines) this.line(pen, line, range, x, y);
    this.pointer(pen, frame, x);
    pen.restore();
    this.words();
  }

  axes(pen, frame, range, [bottom, top], x) {
    pen.font = '11px system-ui, sans-serif';
    pen.lineWidth = 1;
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    for (const value of view.log ? logTicks(bottom, top) : ticks(bottom, top, 5)) {
      const at = Math.round(frame.bottom - (value - bottom) / (top - bottom) * (frame.bottom - frame.top)) + 0.5;
      pen.strokeStyle = colour('--faint');
      pen.beginPath();
      pen.moveTo(frame.left, at);
      pen.lineTo(frame.right, at);
      pen.stroke();
      pen.fillStyle = colour('--soft');
      pen.fillText(number(view.log ? 10 ** value : value, 3), frame.left - 6, at);
    }
    pen.strokeStyle = colour('--line');
    pen.beginPath();
    pen.moveTo(frame.left, frame.bottom + 0.5);
    pen.lineTo(frame.right, frame.bottom + 0.5);
    pen.stroke();
    pen.textBaseline = 'top';
    const count = Math.max(2, Math.floor((frame.right - frame.left) / 75));
    for (const step of ticks(range[0], range[1], count)) {
      if (!Number.isInteger(Math.round(step * 1e6) / 1e6)) continue;
      const edge = x(step);
      pen.textAlign = edge > frame.right - 16 ? 'right' : edge < frame.left + 16 ? 'left' : 'center';
      pen.fillText(rounds(step), Math.min(edge, frame.right), frame.bottom + 6);
    }
  }

  line(pen, [points, hue, opacity, width], range, x, y) {
    pen.globalAlpha = opacity;
    pen.strokeStyle = pen.fillStyle = colour(hue);
    pen.lineWidth = width;
    pen.lineJoin = 'round';
    pen.beginPath();
    let drawn = 0;
    let open = false;
    points.forEach(([step, value], i) => {
      const [before, after] = [points[i - 1], points[i + 1]];
      if ((step < range[0] && after && after[0] < range[0]) || (step > range[1] && before && before[0] > range[1])) return;
      if (view.log && value <= 0) {
        open = false;
        return;
      }
      if (open) pen.lineTo(x(step), y(value));
      else pen.moveTo(x(step), y(value));
      open = true;
      drawn += 1;
    });
    pen.stroke();
    if (drawn <= 40) {
      for (const [step, value] of points) {
        if (view.log && value <= 0) continue;
        pen.beginPath();
        pen.arc(x(step), y(value), 2.2, 0, 7);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
  }

  pointer(pen, frame, x) {
    if (this.drag && !this.drag.pan) {
      const [from, to] = [this.drag.from, this.drag.to].map((share) => x(this.round(share)));
      pen.globalAlpha = 0.14;
      pen.fillStyle = colour('--accent');
      pen.fillRect(Math.min(from, to), frame.top, Math.abs(to - from), frame.bottom - frame.top);
      pen.globalAlpha = 1;
    }
    if (view.hover != null) {
      pen.strokeStyle = colour('--soft');
      pen.setLineDash([3, 3]);
      pen.beginPath();
      pen.moveTo(x(view.hover), frame.top);
      pen.lineTo(x(view.hover), frame.bottom);
      pen.stroke();
      pen.setLineDash([]);
    }
  }

  /* The values under the pointer, or the last ones, in the legend. */
  words() {
    let seen = null;
    let lost = 0;
    for (const line of this.curves) {
      const points = line.curve.points;
      let point = points[points.length - 1];
      if (view.hover != null) {
        point = points.reduce((best, other) => (Math.abs(other[0] - view.hover) < Math.abs(best[0] - view.hover) ? other : best));
        if (line.shown && (seen == null || Math.abs(point[0] - view.hover) < Math.abs(seen - view.hover))) seen = point[0];
      }
      line.value.textContent = number(point[1]);
      if (view.log && line.shown) lost += points.filter((other) => other[1] <= 0).length;
    }
    this.where.textContent = view.hover != null && seen != null ? `round ${whole(seen)}` : '';
    this.hidden.hidden = !lost;
    this.hidden.textContent = lost ? `${whole(lost)} values are not above zero and have no logarithm` : '';
  }
}

/* Curves of one kind stand in one chart: `loss/generator` beside `loss/discriminator`. Losses come first, whatever was
   measured first. */
const FIRST = ['loss', 'gradient'];
const groups = new Map(FIRST.map((group) => [group, []]));
for (const curve of data.curves) {
  if (!curve.points.length) continue;
  const cut = curve.name.indexOf('/');
  const group = cut > 0 ? curve.name.slice(0, cut) : curve.name;
  curve.label = cut > 0 ? curve.name.slice(cut + 1) : curve.name;
  if (!groups.has(group)) groups.set(group, []);
  groups.get(group).push(curve);
}
FIRST.filter((group) => !groups.get(group).length).forEach((group) => groups.delete(group));

function drawCurves() {
  for (const [group, curves] of groups) {
    // A rate that never changes is in the table of the players already.
    const still = curves.every((curve) => curve.points.every((point) => point[1] === curve.points[0][1]));
    if (group === 'rate' && still) continue;
    const chart = new Chart(group, curves);
    charts.push(chart);
    $('charts').append(chart.card);
  }
  $('curves').hidden = !charts.length;
  $('smoothing').addEventListener('input', (event) => {
    view.smoothing = Number(event.target.value) / 100;
    $('smoothness').textContent = view.smoothing ? view.smoothing.toFixed(2) : 'off';
    redraw();
  });
  $('log').addEventListener('click', () => {
    view.log = !view.log;
    $('log').setAttribute('aria-pressed', String(view.log));
    redraw();
  });
  $('in').addEventListener('click', () => zoom(0.6));
  $('out').addEventListener('click', () => zoom(1 / 0.6));
  $('left').addEventListener('click', () => pan(-0.25));
  $('right').addEventListener('click', () => pan(0.25));
  $('reset').addEventListener('click', reset);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}
