// The controls, built from the table that GET /api gives. Each shows its present state.

import { byId, make, say, send } from "./dom.js";

const PLACES = { time: "world", world: "world", packs: "world", wire: "faults", air: "faults", bms: "faults", net: "faults", chip: "faults", panel: "heater-controls" };
const FAULTS = new Set(["wire", "air", "bms", "net", "chip"]);
const TITLES = { packs: ["Packs in parallel", "packs-facts"], air: ["Bluetooth", "radio-facts"] };
const HELD_MS = 900; // after an input of the user, the stream may not overwrite it at once

// How a number is shown, and where its slider stands: `step` in the control's own unit.
const SLIDERS = {
  lapse: { text: (v) => `${v}×`, steps: [1, 2, 5, 10, 20, 30, 60, 120, 200, 300, 450, 600] },
  ambient_dc: { text: (v) => `${(v / 10).toFixed(1)} °C`, step: 5 },
  others_dc: { text: (v) => `${(v / 10).toFixed(1)} °C`, step: 5, min: -300, max: 400 },
  pack_dc: { text: (v) => `${(v / 10).toFixed(1)} °C`, step: 5, min: -300, max: 400 },
  soc_pct: { text: (v) => `${v} %`, step: 1 },
  ble_release_min: { text: (v) => `${v} min`, steps: [0, 1, 2, 5, 10, 15, 20, 30, 45, 60] },
  boost_min: { text: (v) => `${v} min`, steps: [0, 5, 10, 15, 20, 30, 45, 60, 90, 120] },
  load_ma: { text: (v) => `${(v / 1000).toFixed(0)} A`, step: 1000, max: 100000 },
};

const widgets = new Map(); // name -> function(value) that shows a state

function slider(entry) {
  const shape = SLIDERS[entry.name] ?? { text: (v) => `${v} ${entry.unit ?? ""}`, step: 1 };
  const steps = shape.steps;
  const id = `control-${entry.name}`;
  const input = make("input", {
    id, type: "range", name: entry.name, title: entry.help, step: steps ? 1 : shape.step,
    min: steps ? 0 : shape.min ?? entry.min, max: steps ? steps.length - 1 : shape.max ?? entry.max,
  });
  const output = make("output", { for: id });
  const valueOf = () => (steps ? steps[Number(input.value)] : Number(input.value));
  const show = (value) => {
    say(output, shape.text(value));
    input.setAttribute("aria-valuetext", shape.text(value));
  };
  let touched = 0;
  let timer;
  input.addEventListener("input", () => {
    touched = Date.now();
    show(valueOf());
    clearTimeout(timer);
    timer = setTimeout(() => send(entry.name, valueOf()), 120);
  });
  widgets.set(entry.name, (value) => {
    if (value === null || value === undefined || Date.now() - touched < HELD_MS) return;
    const place = steps ? nearest(steps, value) : Math.round(value);
    if (Number(input.value) !== place) input.value = place;
    show(Math.round(value));
  });
  return make("div", { class: "row" }, make("label", { for: id, title: entry.help }, entry.label), output, input);
}

function nearest(steps, value) {
  let best = 0;
  steps.forEach((step, i) => {
    if (Math.abs(step - value) < Math.abs(steps[best] - value)) best = i;
  });
  return best;
}

function toggle(entry) {
  const id = `control-${entry.name}`;
  const input = make("input", { id, type: "checkbox", role: "switch", class: "switch", name: entry.name });
  let touched = 0;
  input.addEventListener("change", () => {
    touched = Date.now();
    send(entry.name, input.checked);
  });
  widgets.set(entry.name, (value) => {
    if (Date.now() - touched > HELD_MS) input.checked = Boolean(value);
  });
  const fault = FAULTS.has(entry.group) ? " fault" : "";
  return make("div", { class: `row${fault}` }, make("label", { for: id, title: entry.help }, entry.label), input);
}

function choice(entry) {
  const name = `control-${entry.name}`;
  const title = make("span", { id: name, title: entry.help }, entry.label);
  const group = make("div", { class: "segments", role: "radiogroup", "aria-labelledby": name });
  let touched = 0;
  for (const value of entry.choices) {
    const input = make("input", { type: "radio", name, value });
    input.addEventListener("change", () => {
      touched = Date.now();
      send(entry.name, value);
    });
    group.append(make("label", {}, input, value.replaceAll("_", " ")));
  }
  widgets.set(entry.name, (value) => {
    if (Date.now() - touched < HELD_MS) return;
    for (const input of group.querySelectorAll("input")) input.checked = input.value === value;
    group.classList.toggle("alarmed", FAULTS.has(entry.group) && value !== entry.choices[0]);
  });
  return make("div", { class: "row" }, title, group);
}

// A choice of many.
function select(entry) {
  const id = `control-${entry.name}`;
  const input = make("select", { id, name: id, title: entry.help });
  for (const value of entry.choices) input.append(make("option", { value }, value.replaceAll("_", " ")));
  let touched = 0;
  input.addEventListener("change", () => {
    touched = Date.now();
    send(entry.name, input.value);
  });
  widgets.set(entry.name, (value) => {
    if (Date.now() - touched < HELD_MS) return;
    if (input.value !== value) input.value = value;
    input.classList.toggle("alarmed", FAULTS.has(entry.group) && value !== entry.choices[0]);
  });
  return make("div", { class: "row" }, make("label", { for: id, title: entry.help }, entry.label), input);
}

function button(entry) {
  const danger = entry.group === "chip" ? "danger" : "";
  const element = make("button", { type: "button", title: entry.help, class: danger, "data-action": entry.name }, entry.label);
  return make("div", { class: "actions" }, element);
}

const MOST_SEGMENTS = 3;
const MOST_LETTERS = 26; // beside each other, with the label before them
const fits = ({ choices, label }) => choices.length <= MOST_SEGMENTS && label.length + choices.join("").length <= MOST_LETTERS;
const few = (entry) => (fits(entry) || PLACES[entry.group] === "heater-controls" ? choice : select)(entry);
const KINDS = { int: slider, bool: toggle, choice: few, action: button };

export function build(entries) {
  let group;
  let box;
  for (const entry of entries) {
    if (entry.name === "button_1" || entry.name === "button_2") continue; // on the device itself
    if (entry.group !== group) {
      group = entry.group;
      box = make("div", { class: "group", "data-group": group });
      if (TITLES[group]) {
        const [title, id] = TITLES[group];
        box.append(make("h2", {}, title), make("dl", { id, class: "facts pairs" }));
      }
      byId(PLACES[group]).append(box);
    }
    const widget = KINDS[entry.kind](entry);
    (entry.kind === "action" ? widget.firstElementChild : widget).dataset.control = entry.name;
    const row = box.lastElementChild;
    if (entry.kind === "action" && row?.className === "actions") row.append(...widget.children);
    else box.append(widget);
  }
  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]");
    if (action) send(action.dataset.action);
  });
}

// A BMS is on the wire or on the air, and only has the faults of the one.
function showGroup(name, shown) {
  for (const box of document.querySelectorAll(`[data-group="${name}"]`)) box.hidden = !shown;
}

export function show(states, { radio, packs, uart, unsuitable }) {
  showGroup("packs", Boolean(packs));
  showGroup("air", Boolean(radio));
  showGroup("wire", uart.bms);
  for (const [name, update] of widgets) update(states[name]);
  for (const row of document.querySelectorAll("[data-control]")) {
    row.hidden = unsuitable.includes(row.dataset.control);
  }
}
