// The true pack beside what Packmate believes, and the heater.

import { byId, clock, degrees, make, number, say, showFacts, yesNo } from "./dom.js";

const known = (value) => value !== null && value !== undefined;
const list = (values, write) => (values?.length ? values.map(write).join(" ") : "–");
const close = (slack) => (a, b) => Math.abs(a - b) <= slack;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
// Sensors are compared as sent: what is absent must be believed absent.
const temps = (a, b) => (b ?? []).every((dc, i) => (a?.[i] ?? null) === dc || (dc !== null && (a?.[i] ?? null) !== null && Math.abs(a[i] - dc) <= 10));

// name, label, text, agreement (absorbs what changed between frame and message)
const ROWS = [
  ["pack_mv", "Voltage", (v) => number(v, "V", 2, 1000), close(250)],
  ["current_ma", "Current", (v) => number(v, "A", 1, 1000), close(1500)],
  ["soc_pct", "Charge", (v) => number(v, "%"), close(1)],
  ["temps_dc", "Sensors", (v) => list(v, (dc) => (dc === null ? "–" : (dc / 10).toFixed(0))) + " °C", temps],
  ["mos_temp_dc", "MOS", degrees, close(20)],
  ["charge_utp_dc", "Protect below", degrees, same],
  ["charge_utpr_dc", "Recover above", degrees, same],
  ["charge_on", "Charge MOS", yesNo, same],
  ["discharge_on", "Discharge MOS", yesNo, same],
  ["cell_min_mv", "Lowest cell", (v) => number(v, "mV"), close(20)],
  ["cell_max_mv", "Highest cell", (v) => number(v, "mV"), close(20)],
  ["cell_delta_mv", "Cell delta", (v) => number(v, "mV"), close(10)],
  ["alarms_raw", "Alarm bits", (v) => (known(v) ? `0x${v.toString(16).padStart(4, "0")}` : "–"), same],
];

const cellsOf = new Map();

export function build() {
  for (const [name, label] of ROWS) {
    const row = make("tr", { "data-name": name }, make("th", { scope: "row" }, label), make("td"), make("td"));
    byId("compare").append(row);
    cellsOf.set(name, row);
  }
}

export function show(state) {
  const truth = withExtremes(state.true);
  const silence = whySilent(state);
  const believed = silence ? {} : state.believed ?? {};
  for (const [name, , write, agree] of ROWS) {
    const row = cellsOf.get(name);
    const a = truth[name];
    const b = believed[name];
    say(row.children[1], write(a));
    say(row.children[2], write(b));
    row.dataset.known = known(b);
    row.dataset.differs = Boolean(known(b) && a !== undefined && (a === null || !agree(a, b)));
  }
  const alarms = (believed.alarms ?? []).join(", ").replaceAll("_", " ");
  say(byId("alarms"), alarms ? `Alarms: ${alarms}` : "");
  showAge(state, believed, silence);
  showCells(truth.cell_mv ?? [], believed.cell_mv ?? []);
  showHeater(state, believed, silence);
}

// Why what Packmate said last is not what it says now; an empty text while it speaks.
function whySilent({ chip, controls, mqtt }) {
  if (controls.firmware_frozen) return "the firmware is frozen";
  if (!chip.running) return `the firmware is ${chip.state}`;
  if (mqtt.availability === null) return "Packmate has not been heard yet";
  return mqtt.availability === "online" ? "" : "Packmate is offline";
}

// The plant gives cells and sensors; what follows from them is worked out here, as Packmate does.
function withExtremes(truth) {
  const cells = truth.cell_mv ?? [];
  const low = cells.length ? Math.min(...cells) : null;
  const high = cells.length ? Math.max(...cells) : null;
  return {
    cell_min_mv: low, cell_max_mv: high, cell_delta_mv: cells.length ? high - low : null,
    ...truth,
  };
}

function showAge(state, believed, silence) {
  const age = state.mqtt.age_s;
  const stale = believed.fresh === false;
  let text = "no message yet";
  if (age !== null) text = `message ${clock(age)} old`;
  if (stale) text += ", data stale";
  say(byId("believed-age"), silence || text);
  document.querySelector(".compare-card").classList.toggle("stale", stale || age === null || silence !== "");
}

function showCells(truth, believed) {
  const box = byId("cells");
  while (box.children.length < truth.length) box.append(make("span", {}, make("i"), make("i")));
  while (box.children.length > truth.length) box.lastChild.remove();
  const all = truth.concat(believed);
  const low = Math.min(...all) - 6;
  const span = Math.max(...all) - low || 1;
  truth.forEach((mv, i) => {
    const [left, right] = box.children[i].children;
    left.style.height = `${(100 * (mv - low)) / span}%`;
    right.style.height = believed[i] === undefined ? "0" : `${(100 * (believed[i] - low)) / span}%`;
    box.children[i].title = `cell ${i + 1}: ${mv} mV, believed ${believed[i] ?? "–"}`;
  });
}

function showHeater(state, believed, silence) {
  const on = Boolean(state.pins.heater);
  byId("heater").dataset.on = on;
  say(byId("heater-output"), on ? "Output on" : "Output off");
  const name = believed.heater_state ?? "not known";
  const faults = believed.heater_faults ?? [];
  const tone = name === "fault" || faults.length ? "bad" : name === "blocked" ? "warn" : "";
  byId("heater-state").dataset.tone = tone;
  say(byId("heater-state"), name.replaceAll("_", " "));
  const reasons = [believed.heater_reason, ...faults.filter((f) => f !== believed.heater_reason)];
  say(byId("heater-reason"), silence || reasons.filter(Boolean).join(", ").replaceAll("_", " ") || " ");
  showFacts(byId("heater-facts"), [
    ["on in all", clock(state.pins.heater_on_s)],
    ["switched", `${state.pins.heater_changes}×`],
    ["mat takes", number(state.true.heater_mw, "W", 0, 1000)],
    ["today", number(believed.heater_wh_today, "Wh")],
  ]);
}
