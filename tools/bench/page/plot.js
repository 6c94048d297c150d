// The plot: temperatures over virtual time, thresholds, and bands for heater and charger.

import { byId, clock, degrees, make, say } from "./dom.js";

// Positions in a sample; the order of recorder.FIELDS.
const T = 0, TRUE = 1, SENSED = 2, BELIEVED = 3, PROTECT = 4, RECOVER = 5, AMBIENT = 6, HEATER = 7, CHARGER = 8;
const LINES = [
  { at: AMBIENT, name: "ambient", color: "#5b6b7b", width: 1 },
  { at: PROTECT, name: "protect", color: "#ff6464", width: 1.2, dash: [6, 4] },
  { at: RECOVER, name: "recover", color: "#57d38c", width: 1.2, dash: [6, 4] },
  { at: SENSED, name: "sensed", color: "#f2c14e", width: 1.4, step: true },
  { at: BELIEVED, name: "believed", color: "#3fd0b8", width: 2, dash: [2, 3], step: true },
  { at: TRUE, name: "true coldest", color: "#62b0ff", width: 2.2 },
];
const BANDS = [
  { at: HEATER, name: "heater", color: "#ff9447" },
  { at: CHARGER, name: "charger", color: "#57d38c" },
];
const RANGES = [["15 min", 900], ["1 h", 3600], ["6 h", 21600], ["24 h", 86400], ["all", Infinity]];
const LEFT = 50, RIGHT = 12, TOP = 8, BAND = 13, BOTTOM = 22 + 2 * (BAND + 3);
const TIME_STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400];
const GAP_S = 200; // samples further apart are not joined

let samples = [];
let now = 0;
let range = Infinity;
let pointer = null;
let drawn = null; // geometry of the last drawing, for the pointer
let pending = false;

export function build() {
  for (const line of [...LINES].reverse()) byId("legend").append(make("li", {}, swatch(line), line.name));
  for (const [label, seconds] of RANGES) {
    const input = make("input", { type: "radio", name: "range", value: label });
    input.checked = seconds === range;
    input.addEventListener("change", () => {
      range = seconds;
      draw();
    });
    byId("ranges").append(make("label", {}, input, label));
  }
  const canvas = byId("plot");
  new ResizeObserver(schedule).observe(canvas);
  canvas.addEventListener("pointermove", (event) => point(event.offsetX));
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -8, ArrowRight: 8 }[event.key];
    if (!way || !drawn) return;
    point(Math.min(drawn.right, Math.max(LEFT, (pointer ?? drawn.right) + way)));
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => point(null));
}

function swatch(line) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M0 4H18");
  path.setAttribute("stroke", line.color);
  path.setAttribute("stroke-width", "2.2");
  if (line.dash) path.setAttribute("stroke-dasharray", line.dash.map((n) => n * 0.8).join(" "));
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

export function clear() {
  samples = [];
}

export function add(fresh, t_s) {
  now = t_s;
  for (const sample of fresh ?? []) samples.push(sample);
  if (samples.length > 6000) samples = samples.filter((_, i) => i > 3000 || i % 2);
  schedule();
}

function schedule() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}

function point(x) {
  pointer = x;
  schedule();
}

function draw() {
  const canvas = byId("plot");
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const view = frame(width, height);
  drawn = view;
  axes(pen, view);
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, TOP, view.right - LEFT, view.bottom - TOP);
  pen.clip();
  for (const line of LINES) trace(pen, view, line);
  pen.restore();
  BANDS.forEach((band, i) => strip(pen, view, band, view.bottom + 5 + i * (BAND + 3)));
  tip(pen, view);
}

// Works out the window shown: times, temperatures, and where they lie on the canvas.
function frame(width, height) {
  const end = Math.max(now, 60);
  const start = range === Infinity ? 0 : Math.max(0, end - range);
  const shown = samples.filter((sample) => sample[T] >= start - GAP_S);
  let low = Infinity, high = -Infinity;
  for (const sample of shown) {
    for (const { at } of LINES) {
      const dc = sample[at];
      if (dc === null || dc === undefined || at === AMBIENT) continue;
      low = Math.min(low, dc);
      high = Math.max(high, dc);
    }
  }
  if (low > high) [low, high] = [-50, 100];
  low = Math.floor((low - 15) / 10) * 10;
  high = Math.ceil((high + 15) / 10) * 10;
  const right = width - RIGHT, bottom = height - BOTTOM;
  return {
    shown, start, end, low, high, right, bottom,
    x: (t) => LEFT + ((t - start) / (end - start)) * (right - LEFT),
    y: (dc) => bottom - ((dc - low) / (high - low)) * (bottom - TOP),
  };
}

function axes(pen, view) {
  pen.font = "11px system-ui, sans-serif";
  pen.fillStyle = "#8595a6";
  pen.strokeStyle = "#1b2631";
  pen.lineWidth = 1;
  const dcStep = [10, 20, 50, 100, 200].find((step) => (view.high - view.low) / step <= 8) ?? 500;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (let dc = Math.ceil(view.low / dcStep) * dcStep; dc <= view.high; dc += dcStep) {
    const y = Math.round(view.y(dc)) + 0.5;
    pen.strokeStyle = dc === 0 ? "#314152" : "#1b2631";
    stroke(pen, LEFT, y, view.right, y);
    pen.fillText(`${dc / 10}°`, LEFT - 6, y);
  }
  const room = Math.max(3, (view.right - LEFT) / 90);
  const tStep = TIME_STEPS.find((step) => (view.end - view.start) / step <= room) ?? 172800;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  pen.strokeStyle = "#1b2631";
  for (let t = Math.ceil(view.start / tStep) * tStep; t <= view.end; t += tStep) {
    const x = Math.round(view.x(t)) + 0.5;
    stroke(pen, x, TOP, x, view.bottom);
    if (x > LEFT + 14 && x < view.right - 14) pen.fillText(axisTime(t, tStep), x, view.bottom + BOTTOM - 6);
  }
}

const axisTime = (t, step) => (step % 60 ? clock(t) : clock(t).replace(/:00$/, ""));

function stroke(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function trace(pen, view, { at, color, width, dash, step }) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.lineJoin = "round";
  pen.setLineDash(dash ?? []);
  pen.beginPath();
  let before = null;
  for (const sample of view.shown) {
    const dc = sample[at];
    if (dc === null || dc === undefined) {
      before = null;
      continue;
    }
    const x = view.x(sample[T]), y = view.y(dc);
    if (before === null || sample[T] - before[T] > GAP_S) pen.moveTo(x, y);
    else {
      if (step) pen.lineTo(x, view.y(before[at]));
      pen.lineTo(x, y);
    }
    before = sample;
  }
  pen.stroke();
  pen.setLineDash([]);
}

function strip(pen, view, { at, name, color }, y) {
  pen.fillStyle = "#0c1218";
  pen.fillRect(LEFT, y, view.right - LEFT, BAND);
  pen.fillStyle = color;
  let from = null;
  const close = (to) => {
    const left = Math.max(LEFT, view.x(from));
    if (view.x(to) > left) pen.fillRect(left, y, Math.max(1.5, view.x(to) - left), BAND);
    from = null;
  };
  for (const sample of view.shown) {
    if (sample[at] && from === null) from = sample[T];
    if (!sample[at] && from !== null) close(sample[T]);
  }
  if (from !== null) close(view.end);
  pen.fillStyle = "#8595a6";
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.font = "10.5px system-ui, sans-serif";
  pen.fillText(name, LEFT - 5, y + BAND / 2 + 0.5);
}

function tip(pen, view) {
  const box = byId("tip");
  const x = pointer;
  const sample = x === null || x < LEFT || x > view.right ? null : nearestTo(view, x);
  box.hidden = !sample;
  if (!sample) return;
  const at = Math.round(view.x(sample[T])) + 0.5;
  pen.strokeStyle = "#5b6b7b";
  pen.lineWidth = 1;
  stroke(pen, at, TOP, at, view.bottom + BOTTOM - 20);
  const lines = [...LINES].reverse().map((line) => `${line.name.padEnd(13)}${degrees(sample[line.at]).padStart(9)}`);
  lines.push(...BANDS.map((band) => `${band.name.padEnd(13)}${(sample[band.at] ? "on" : "off").padStart(9)}`));
  const text = `${clock(sample[T])}\n${lines.join("\n")}`;
  say(box, text);
  byId("plot").setAttribute("aria-label", `Temperature over virtual time. ${text.replaceAll("\n", ", ")}`);
  const canvas = byId("plot");
  const left = at + 16 + box.offsetWidth > canvas.clientWidth ? at - box.offsetWidth - 6 : at + 22;
  box.style.left = `${left}px`;
  box.style.top = `${canvas.offsetTop + 8}px`;
}

function nearestTo(view, x) {
  let best = null;
  for (const sample of view.shown) {
    if (best === null || Math.abs(view.x(sample[T]) - x) < Math.abs(view.x(best[T]) - x)) best = sample;
  }
  return best;
}
