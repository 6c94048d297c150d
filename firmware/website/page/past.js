// The history: charge, power and temperature as the device has recorded them.

import { byId, make, segments } from "./dom.js";
import { degrees, moment, number, text } from "./words.js";
import { get } from "./api.js";

const HOURS = [6, 24, 72, 168];
const MOST_ROWS = 1500; // beyond them only each nth record is asked for
const GAP_S = 1800;
const [SOC, MV, MA, COLD, ON] = [3, 4, 5, 6, 13];
// Name, figure of a row, how it is shown, and the least that the height stands for.
const LINES = [
  ["soc", (row) => row[SOC], (v) => number(v, "%"), 100],
  ["temp", (row) => row[COLD], (dc) => degrees(dc), 50],
  ["power", (row) => (row[MV] === null || row[MA] === null ? null : (row[MV] * row[MA]) / 1e6), (v) => number(v, "W"), 100],
];
const EDGE = { left: 8, right: 8, top: 8, bottom: 22, band: 8 };

let hours = 24;
let rows = [];
let bootS = 0; // when this start was, by the browser's clock

export function build() {
  segments(byId("ranges"), "range", HOURS.map((h) => [h, h < 72 ? `${h} h` : `${h / 24} d`]), hours, (h) => {
    hours = h;
    load();
  });
  byId("legend").replaceChildren(...[...LINES.map(([name]) => name), "heat"].map((name) => make("li", { class: `t-${name}` }, text(`of_${name}`))));
  addEventListener("resize", draw);
}

// Asks for as much of the history as the range may need, in fewer records where it is long.
export async function load(uptimeS = null) {
  if (uptimeS !== null) bootS = Date.now() / 1000 - uptimeS;
  const note = byId("history-note");
  try {
    const { first, next } = await get("/api/history?from=999999999");
    const perHour = 60;
    const wanted = Math.min(next - first, hours * perHour);
    const step = Math.max(1, Math.ceil(wanted / MOST_ROWS));
    const told = await get(`/api/history?from=${Math.max(first, next - wanted)}&step=${step}`);
    rows = timed(told.rows);
    note.textContent = rows.length ? "" : text("history_empty");
  } catch (error) {
    note.textContent = error.message;
    rows = [];
  }
  draw();
}

// Returns the rows with figures, their time that of the day. Where the device was not told it, this
// start's are placed by the browser's clock, and those of starts before it are left out.
function timed(told) {
  const found = [];
  let offset = bootS;
  for (const row of [...told].reverse()) {
    if (row[1] === "timed") offset = row[2];
    else if (row[1] === "started") offset = null;
    else if (row[2]) found.push(row);
    else if (offset !== null) found.push([row[0], row[1] + offset, 1, ...row.slice(3)]);
  }
  return found.reverse();
}

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

function draw() {
  const box = byId("plot");
  const { left, right, top, bottom, band } = EDGE;
  const { clientWidth: width, clientHeight: height } = box;
  const end = rows.at(-1)?.[1] ?? Date.now() / 1000;
  const start = end - hours * 3600;
  const seen = rows.filter((row) => row[1] >= start);
  const x = (t) => left + ((t - start) / (end - start)) * (width - left - right);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": text("history") });
  for (let i = 0; i <= 4; i += 1) {
    const t = start + (i / 4) * (end - start);
    picture.append(svg("line", { class: "grid", x1: x(t), x2: x(t), y1: top, y2: height - bottom }));
    const label = svg("text", { x: x(t), y: height - 6, "text-anchor": i === 0 ? "start" : i === 4 ? "end" : "middle" });
    label.textContent = moment(t, hours > 24 ? { weekday: "short", hour: "2-digit" } : { hour: "2-digit", minute: "2-digit" });
    picture.append(label);
  }
  drawHeat(picture, seen, x, height - bottom - band);
  for (const line of LINES) drawLine(picture, line, seen, x, top, height - bottom - band);
  box.replaceChildren(picture);
}

function drawHeat(picture, seen, x, y) {
  seen.forEach((row, i) => {
    const until = Math.min(seen[i + 1]?.[1] ?? row[1], row[1] + GAP_S);
    if (row[ON] && until > row[1]) {
      picture.append(svg("rect", { class: "heat-band", x: x(row[1]), width: x(until) - x(row[1]), y, height: EDGE.band }));
    }
  });
}

function drawLine(picture, [name, value, shown, least], seen, x, top, bottom) {
  const values = seen.map(value).filter((v) => v !== null);
  if (!values.length) return;
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const low = name === "soc" ? 0 : Math.min(lowest, (lowest + highest - least) / 2);
  const high = Math.max(highest, low + least);
  const y = (v) => bottom - ((v - low) / (high - low)) * (bottom - top);
  let path = "";
  let last = null;
  for (const row of seen) {
    const v = value(row);
    if (v !== null) path += `${last !== null && row[1] - last <= GAP_S ? "L" : "M"}${x(row[1]).toFixed(1)} ${y(v).toFixed(1)}`;
    last = v === null ? null : row[1];
  }
  picture.append(svg("path", { d: path, class: `t-${name}` }));
  const item = byId("legend").querySelector(`.t-${name}`);
  item.textContent = `${text(`of_${name}`)} ${shown(lowest)} … ${shown(highest)}`;
}
