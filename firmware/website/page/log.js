// The event log, and what the device is.

import { byId, make, showFacts, toast } from "./dom.js";
import { moment, number, span, text, texts, word } from "./words.js";
import { file, get } from "./api.js";

// An event: [start, uptime in s, unix time, what, about, how often].
const [BOOTS, UPTIME, UNIX, WHAT, ABOUT, COUNT] = [0, 1, 2, 3, 4, 5];
const BAD = ["crash", "late", "fault", "alarm", "warning", "dropped"];
// Whose codes an event is about.
const TABLES = { wifi: "wifi", mqtt: "mqtt", bms: "wire", fault: "reason", fault_over: "reason", warning: "warning", warning_over: "warning", alarm: "alarm", alarm_over: "alarm" };

// How a command came, and its text.
const WAYS = { "by MQTT": "by_mqtt", "on the page": "on_page", "by the button": "by_button" };

let seen = null;

export async function load(device) {
  if (device.events === seen) return;
  seen = device.events;
  try {
    const { events } = await get("/api/events");
    byId("events").replaceChildren(...events.reverse().map(item));
  } catch {
    seen = null;
  }
}

// What an event is about, in the owner's words.
function aboutWhat(what, about) {
  if (about === "up") return text("up");
  if (what === "bms") return texts.words.wire[about] ?? word("radio", about);
  if (TABLES[what]) return word(TABLES[what], about) || about;
  if (what === "start") return word("reset", about) || about;
  const order = /^(.+), (by MQTT|on the page|by the button): (.+)$/.exec(about);
  if (what !== "command" || !order) return about;
  const [, name, from, became] = order;
  return `${name}, ${text(WAYS[from])}: ${texts.answers[became] ?? became}`;
}

function item(event) {
  const [what] = event[WHAT].split(" ");
  const about = event[ABOUT];
  const up = about === "up";
  const tone = BAD.includes(what) || (TABLES[what] && !what.endsWith("_over") && !up && about) ? "bad" : up || what.endsWith("_over") ? "good" : "";
  const when = event[UNIX] ? moment(event[UNIX]) : `${text("start")} ${event[BOOTS]} + ${span(event[UPTIME])}`;
  const named = `${texts.events[what] ?? what}${event[WHAT].slice(what.length)}`;
  return make("li", { class: tone }, make("time", {}, when), make("b", {}, named), ` ${aboutWhat(what, about)}`, event[COUNT] > 1 ? ` (${event[COUNT]}×)` : "");
}

export function showDevice({ device }) {
  const { wifi, mqtt, totals } = device;
  showFacts(byId("device-facts"), [
    [text("version"), device.version],
    [text("board"), device.board],
    [text("uptime"), span(device.uptime_s)],
    [text("starts"), `${device.boots}`],
    [text("last_start"), word("reset", device.reset_cause) || null],
    [text("time"), device.unix_s ? moment(device.unix_s) : text("unknown")],
    ["Wi-Fi", wifi.rssi_dbm === null ? word("wifi", wifi.reason) : `${wifi.rssi_dbm} dBm, ${wifi.address}`],
    ["MQTT", mqtt === null ? text("not_used") : mqtt.connected ? text("up") : word("mqtt", mqtt.reason) || "–"],
    [text("energy_in"), totals && number(totals[0], "kWh", 1, 1000)],
    [text("energy_out"), totals && number(totals[1], "kWh", 1, 1000)],
    [text("memory"), `${number(device.python_free, "kB", 0, 1000)} / ${number(device.idf_free, "kB", 0, 1000)}`],
    [text("loop"), `${device.loop_max_ms} ms`],
  ]);
}

export async function saveSupport() {
  try {
    const link = make("a", { href: URL.createObjectURL(await file("/api/support")), download: "packmate-support.json" });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch {
    toast(text("lost"), true);
  }
}
