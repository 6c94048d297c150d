// The heater, and what whoever is logged in may have it do.

import { byId, ask, make, say, segments, showFacts, toast } from "./dom.js";
import { degrees, number, span, text, texts, word } from "./words.js";
import { post, token } from "./api.js";

const MODES = ["off", "charger", "charger_or_soc"];
const BOOSTS_MIN = [0, 30, 60, 120];
let offered = "";

export function show({ heater, device }) {
  byId("heater-card").hidden = !heater;
  if (!heater) return;
  const box = byId("heater");
  box.dataset.on = heater.heater_on;
  box.dataset.fault = heater.heater_fault;
  say(byId("heater-state"), word("state", heater.heater_state));
  say(byId("heater-reason"), heater.heater_fault ? "" : word("reason", heater.heater_reason));
  showFaults(heater);
  showFacts(byId("heater-facts"), [
    [text("mode"), word("mode", heater.heater_mode)],
    [text("power"), number(heater.heater_power_mw, "W", 0, 1000)],
    [text("today"), number(heater.heater_wh_today, "Wh")],
    [text("ready"), span(heater.heater_ready_s)],
    [text("boost"), heater.heater_boost_s ? span(heater.heater_boost_s) : null],
    [text("heats_below"), degrees(heater.heater_on_dc)],
    [text("warm_from"), degrees(heater.heater_off_dc)],
    [text("charger"), word("charger", heater.heater_charger) || null],
    [text("probe"), degrees(heater.heater_probe_dc)],
    [text("preheat"), heater.heater_preheat ? word("preheat", heater.heater_preheat) : null],
  ]);
  offer(heater, device);
}

function showFaults(heater) {
  const faults = heater.heater_faults ?? [];
  const warnings = heater.heater_warnings ?? [];
  const box = byId("fault");
  box.hidden = !faults.length && !warnings.length;
  box.replaceChildren(...faults.flatMap((code) => {
    const [means, todo] = texts.faults[code] ?? ["", ""];
    return [make("b", {}, word("reason", code)), make("p", {}, means, " ", todo)];
  }), ...warnings.map((code) => make("b", {}, word("warning", code))));
}

// What may be commanded; made anew only when something of it is another, lest a finger miss it.
function offer(heater, device) {
  const allowed = token() !== null;
  byId("orders").hidden = !allowed;
  const raised = heater.heater_fault || heater.heater_warning;
  const boost = Math.ceil((heater.heater_boost_s ?? 0) / 60);
  const key = JSON.stringify([allowed, heater.heater_mode, boost > 0, raised, device.modes, heater.heater_own_on_dc, heater.heater_own_off_dc]);
  if (!allowed || key === offered) return;
  offered = key;
  const parts = [];
  const modes = make("div", { class: "segments", role: "radiogroup", "aria-label": text("mode") });
  segments(modes, "mode", MODES.map((mode) => [mode, word("mode", mode)]), heater.heater_mode,
    (mode) => order("heater/mode", mode));
  modes.querySelectorAll("input").forEach((input, i) => { input.disabled = i > device.modes; });
  parts.push(modes);
  if (device.boost || boost) {
    const times = make("div", { class: "segments", role: "radiogroup", "aria-label": text("boost") });
    segments(times, "boost", BOOSTS_MIN.map((min) => [min, min ? `${min} min` : text("no_boost")]),
      boost ? null : 0, (min) => order("heater/boost", min));
    parts.push(times);
  }
  if (device.thresholds && heater.heater_own_on_dc !== null && heater.heater_own_on_dc !== undefined) {
    parts.push(threshold("heats_below", "heater/on_dc", heater.heater_own_on_dc), threshold("warm_from", "heater/off_dc", heater.heater_own_off_dc));
  }
  if (raised && device.acknowledges) {
    const button = make("button", { type: "button", class: "danger" }, text("acknowledge"));
    button.onclick = async () => {
      if (await ask(text("acknowledge_why"), text("acknowledge"), text("cancel"))) order("heater/acknowledge", "acknowledge");
    };
    parts.push(button);
  }
  byId("orders").replaceChildren(...parts);
}

// A field for a threshold, which may be lowered from what the settings say.
function threshold(name, topic, dc) {
  const input = make("input", { type: "number", step: "0.1", value: dc / 10, id: topic, inputmode: "decimal" });
  input.onchange = () => order(topic, Math.round(input.valueAsNumber * 10));
  return make("div", { class: "row" }, make("label", { for: topic }, `${text(name)} (°C)`), input);
}

async function order(name, value) {
  offered = "";
  try {
    const [ok, told] = await post("/api/command", { command: name, value });
    if (ok && told.done) toast(text("done"));
    else toast(told.reason ? texts.refusals[told.reason] ?? told.reason : text("log_in_again"), true);
  } catch {
    toast(text("lost"), true);
  }
}
