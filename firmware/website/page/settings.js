// The settings: shown with their bounds, sent together, in force after a restart.

import { ask, byId, make, toast } from "./dom.js";
import { text, texts } from "./words.js";
import { get, post } from "./api.js";

// Kinds, as lib/settings/table.py has them.
const [INT, BOOL, TEXT, CHOICE, PACKS] = [0, 1, 2, 3, 4];
// The groups, and what the names of their settings begin with.
const GROUPS = [
  ["of_bms", /^(bms_|ble_|packs|on_mat|rs485|data_)/],
  ["of_heater", /^(heater_|preheat|cells_limit|pack_|charger_pin|mat_)/],
  ["of_network", /^(wifi_|ntp_|utc_|mqtt_|ha_|update_|web)/],
  ["of_records", /^(history_|charge_)/],
  ["of_screen", /^(screen_|language|temperature_unit|low_power)/],
];

let there = null;

export async function show(allowed, logged) {
  const card = byId("settings-card");
  card.hidden = !logged;
  if (!logged) there = null;
  if (!logged || there) return;
  try {
    there = await get("/api/settings");
    build(allowed);
  } catch (error) {
    toast(error.message, true);
  }
}

function build(allowed) {
  const groups = new Map();
  const add = (row, secret) => {
    const group = GROUPS.find(([, starts]) => starts.test(row[0]))?.[0] ?? "of_all";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(field(row, secret, allowed));
  };
  texts.settings.forEach((row) => add(row, false));
  texts.secrets.forEach((row) => add(row, true));
  const parts = ["of_all", ...GROUPS.map(([name]) => name)].filter((name) => groups.has(name));
  const save = make("button", { class: "main", disabled: true }, text("save"));
  const foot = make("div", { class: "foot", hidden: !allowed }, make("ul", { class: "errors" }), make("div", { class: "actions" }, save));
  const form = byId("settings");
  form.replaceChildren(...parts.map((name) => make("details", {}, make("summary", {}, text(name)), ...groups.get(name))), foot);
  form.oninput = ({ target }) => {
    target.closest(".row").classList.toggle("changed", isChanged(target));
    save.disabled = !form.querySelector(".changed");
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    send(form);
  };
  byId("find").oninput = ({ target }) => find(form, target.value.toLowerCase());
}

const given = (row, secret) => (secret ? "" : there.settings?.[row[0]] ?? row[4]);

function field(row, secret, allowed) {
  const [key, kind, low, high] = row;
  const value = given(row, secret);
  const common = { id: `set-${key}`, disabled: !allowed || kind === PACKS };
  let input;
  if (kind === BOOL) {
    input = make("input", { ...common, type: "checkbox", role: "switch" });
    input.checked = value;
  } else if (kind === CHOICE) {
    input = make("select", common, ...low.map((choice) => make("option", { value: choice, selected: choice === value }, choice)));
  } else if (kind === INT) {
    input = make("input", { ...common, type: "number", min: low, max: high, step: 1, value: value ?? "" });
  } else {
    const shown = kind === PACKS ? JSON.stringify(value) : value;
    const placeholder = secret ? text(there.secrets[key] ? "is_set" : "is_not_set") : undefined;
    input = make("input", { ...common, type: secret ? "password" : "text", maxlength: high, value: shown, placeholder, autocomplete: secret ? "new-password" : "off" });
  }
  Object.assign(input, { row, secret, first: read(input, row) });
  const bounds = kind === INT ? ` ${low} … ${high}` : "";
  return make("div", { class: "row" }, make("label", { for: common.id }, key), input, make("small", {}, `${row[5]}${bounds}`));
}

function read(input, row) {
  if (row[1] === BOOL) return input.checked;
  if (row[1] !== INT) return input.value;
  return input.value === "" ? null : Number(input.value);
}

const isChanged = (input) => read(input, input.row) !== input.first;

function find(form, wanted) {
  for (const group of form.querySelectorAll("details")) {
    let any = false;
    for (const row of group.querySelectorAll(".row")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      any ||= !row.hidden;
    }
    group.hidden = !any;
    if (wanted) group.open = any;
  }
}

async function send(form) {
  const change = { settings: {}, secrets: {} };
  for (const input of form.querySelectorAll(".changed :is(input, select)")) {
    change[input.secret ? "secrets" : "settings"][input.row[0]] = read(input, input.row);
  }
  const list = form.querySelector(".errors");
  try {
    const [, told] = await post("/api/settings", change);
    list.replaceChildren(...(told.errors ?? [told.error]).map((error) => make("li", {}, error)));
    if (told.errors?.length === 0) await saved();
  } catch {
    toast(text("lost"), true);
  }
}

async function saved() {
  there = null;
  if (await ask(text("saved"), text("restart"), text("later"))) restart();
}

export async function restart() {
  const [ok] = await post("/api/restart");
  toast(text(ok ? "restarts" : "log_in_again"), !ok);
}
