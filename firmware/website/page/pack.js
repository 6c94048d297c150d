// The pack and its cells; of several packs one of them, or all together.

import { byId, make, say, segments, showFacts } from "./dom.js";
import { degrees, linkWord, number, span, text, word, yesNo } from "./words.js";

const LOW_PCT = 15;
const FULL_MV = 3650; // a bar's end, and its beginning
const EMPTY_MV = 2500;

const COLD = ["battery_undertemp", "charge_undertemp"];
const SEES_TO = ["heating", "waiting_charger"];
let chosen = 0;
let shownPacks = "";

export function show(state) {
  const { packs, device } = state;
  offer(packs, device);
  const pack = packs[Math.min(chosen, packs.length - 1)];
  const good = pack.fresh && pack.plausible;
  for (const id of ["pack-title", "cells-title"]) byId(id).closest(".card").classList.toggle("stale", !good);
  say(byId("age"), pack.data_age_s === null ? "" : text("age", span(pack.data_age_s)));
  const why = byId("no-figures");
  why.hidden = good;
  say(why, good ? "" : blame(pack, device.links[Math.min(chosen, packs.length - 1)]));
  showFigures(pack);
  showAlarms(pack, state.heater);
  showCells(pack);
}

// Why there are no figures.
function blame(pack, link) {
  if (pack.verdict && !pack.plausible) return word("verdict", pack.verdict);
  if (pack.frozen) return text("frozen");
  return linkWord(pack.link_reason, link);
}

function offer(packs, device) {
  const box = byId("packs");
  box.hidden = packs.length < 2;
  const names = packs.map((_, i) => (i === 0 ? text("all") : i === 1 ? "Pack 1" : device.pack_names[i - 2]));
  if (shownPacks === names.join()) return;
  shownPacks = names.join();
  segments(box, "pack", names.map((name, i) => [i, name]), chosen, (i) => { chosen = i; });
}

function showFigures(pack) {
  const soc = pack.soc_pct;
  const box = byId("soc");
  const shown = `${soc ?? "–"}%`;
  if (box.textContent !== shown) box.replaceChildren(`${soc ?? "–"}`, make("small", {}, "%"));
  const bar = byId("soc-bar");
  bar.style.width = `${soc ?? 0}%`;
  bar.dataset.tone = soc !== null && soc < LOW_PCT ? "low" : "";
  say(byId("power"), number(pack.power_mw, "W", 0, 1000) ?? "–");
  byId("power").dataset.tone = pack.power_mw > 0 ? "in" : pack.power_mw < 0 ? "out" : "";
  say(byId("voltage"), number(pack.pack_mv, "V", 2, 1000) ?? "–");
  say(byId("current"), number(pack.current_ma, "A", 1, 1000) ?? "–");
  const temps = (pack.temps_dc ?? []).filter((dc) => dc !== null);
  showFacts(byId("pack-facts"), [
    [text("temps"), temps.length ? degrees(...temps) : null],
    [text("mos"), degrees(pack.mos_temp_dc)],
    [text("remaining"), number(pack.remaining_mah, "Ah", 1, 1000)],
    [text("capacity"), number(pack.capacity_mah, "Ah", 1, 1000)],
    [text("runtime"), span(pack.runtime_s)],
    [text("charging"), yesNo(pack.charge_on)],
    [text("discharging"), yesNo(pack.discharge_on)],
    [text("balancing"), yesNo(pack.balancing)],
    [text("charger"), yesNo(pack.charger_present)],
    [text("cycles"), number(pack.cycles)],
    [text("soh"), number(pack.soh_pct, "%")],
  ]);
}

function showAlarms(pack, heater) {
  // Cold that the heater sees to is nothing to be alarmed about; the screen tells it likewise.
  const calm = SEES_TO.includes(heater?.heater_state) ? COLD : [];
  const tone = (code) => (calm.includes(code) ? "notice" : "alarm");
  const alarms = [...(pack.alarms ?? []).map((code) => [tone(code), code]), ...(pack.notices ?? []).map((code) => ["notice", code])];
  byId("alarms").replaceChildren(...alarms.map(([tone, code]) => make("li", { "data-tone": tone }, word("alarm", code))));
}

function showCells(pack) {
  const cells = pack.cell_mv ?? [];
  const there = cells.filter((mv) => mv);
  const low = Math.min(...there);
  const high = Math.max(...there);
  byId("cells").closest(".card").hidden = !cells.length;
  say(byId("cells-span"), there.length ? `Δ ${number(high - low, "mV")}` : "");
  const box = byId("cells");
  while (box.children.length < cells.length) box.append(make("li", {}, make("small"), make("b"), make("i")));
  while (box.children.length > cells.length) box.lastChild.remove();
  cells.forEach((mv, i) => {
    const [name, value, bar] = box.children[i].children;
    box.children[i].className = high > low ? (mv === high ? "highest" : mv === low ? "lowest" : "") : "";
    say(name, `${i + 1}`);
    say(value, number(mv, "V", 3, 1000) ?? "–");
    bar.style.width = `${Math.max(0, Math.min(100, (100 * (mv - EMPTY_MV)) / (FULL_MV - EMPTY_MV)))}%`;
  });
}
