// The page's start: connects to the live stream and hands every state to the parts.

import * as compare from "./compare.js";
import * as controls from "./controls.js";
import * as lcd from "./lcd.js";
import * as plot from "./plot.js";
import * as suggestions from "./suggestions.js";
import { byId, clock, degrees, make, say, showFacts } from "./dom.js";

const RETRY_MS = 1000;
const SILENT_MS = 3000; // the bench sends five states a second
const WIRE_FAULTS = ["unplugged", "garbled", "frozen", "silent"];
// The first that is set is shown.
const AIR_FAULTS = [["away", "out of range"], ["taken", "with the phone"], ["deaf", "refuses"]];

function lamp(id, tone, text) {
  const list = byId("lamps");
  let item = list.querySelector(`[data-lamp="${id}"]`);
  if (!item) {
    item = make("li", { "data-lamp": id });
    list.append(item);
  }
  item.dataset.tone = tone;
  item.hidden = !text;
  say(item, text);
}

function showLamps(state) {
  const { chip, controls: now, mqtt, believed } = state;
  const frozen = now.firmware_frozen;
  lamp("chip", frozen ? "bad" : chip.running ? "good" : "bad",
    frozen ? "firmware frozen" : chip.running ? "firmware runs" : `firmware ${chip.state}`);
  const fault = WIRE_FAULTS.find((name) => now[`bms_${name}`] && (name !== "unplugged" || !state.radio));
  const away = state.radio && AIR_FAULTS.find(([name]) => now[`ble_${name}`])?.[1];
  const disguise = now.bms_foreign !== "none" ? now.bms_foreign : now.bms_generation !== "normal" ? now.bms_generation : "";
  const mute = state.radio && !state.radio.connected && "not connected";
  const bms = away || fault || mute || (disguise && `as ${disguise.replaceAll("_", " ")}`);
  lamp("bms", bms ? "bad" : "good", bms ? `BMS ${bms}` : "BMS answers");
  showRadio(state);
  const wifi = now.wifi_down ? " down" : now.wifi_password_wrong ? " has a new password" : "";
  lamp("wifi", wifi ? "bad" : "good", `Wi-Fi${wifi}`);
  lamp("broker", now.broker === "normal" ? "good" : "bad", `${mqtt.broker}${now.broker === "normal" ? "" : ` ${now.broker}`}`);
  const online = mqtt.availability === "online";
  lamp("online", online ? "good" : mqtt.availability ? "bad" : "", `Packmate ${mqtt.availability ?? "not seen"}`);
  if (believed?.heater_fault) lamp("fault", "bad", "fault latched");
  else document.querySelector('[data-lamp="fault"]')?.remove();
}

// Both ends of the air: what the unit is doing, and what Packmate says of its link.
function showRadio({ radio, believed, mqtt }) {
  if (!radio) {
    lamp("radio", "", "");
    return;
  }
  const told = mqtt.availability === "online" ? believed : null;
  const others = radio.others ?? [];
  const reason = (told?.link_reason ?? "").replaceAll("_", " ");
  const idle = radio.asleep ? "asleep" : reason || "not connected";
  lamp("radio", radio.connected ? (reason ? "warn" : "good") : "bad",
    radio.connected ? `Bluetooth${reason ? ` ${reason}` : ""}` : `Bluetooth ${idle}`);
  showFacts(byId("radio-facts"), [
    ["unit", radio.address],
    ["state", doing(radio)],
    ["signal", radio.rssi_dbm === null ? "none" : `${radio.rssi_dbm} dBm`],
    ["connections", `${radio.connections}`],
    ["Packmate says", told ? (told.link_up ? "answers" : reason || "searching") : "–"],
    ...others.map((unit) => [unit.address, doing(unit)]),
  ]);
}

const doing = (unit) =>
  unit.connected ? "connected" : unit.asleep ? "asleep" : unit.advertises ? "advertising" : "not heard";

const tellPack = (pack) => {
  if (!pack) return "–";
  if (!pack.fresh) return (pack.link_reason ?? "stale").replaceAll("_", " ");
  return `${degrees(pack.temp_min_dc)}, ${pack.soc_pct ?? "–"} %`;
};

// Packs in parallel, each as it is and as Packmate believes it to be.
function showPacks(packs) {
  if (!packs) return;
  showFacts(byId("packs-facts"), Object.entries(packs).flatMap(([i, pack]) => [
    [`${i} ${pack.bms.replaceAll("_", " ")}`, `${degrees(pack.coldest_dc)}, ${pack.soc_pct} %`],
    ["Packmate says", tellPack(pack.believed)],
  ]));
}

function showMessages(mqtt) {
  say(byId("mqtt-count"), `${mqtt.count} messages, ${mqtt.broker}`);
  const list = byId("messages");
  const newest = `${mqtt.count}`;
  if (list.dataset.newest === newest) return;
  list.dataset.newest = newest;
  list.replaceChildren(...mqtt.messages.map((message) => {
    const item = make("li", /\/(set|acknowledge)$/.test(message.topic) ? { class: "command" } : {},
      make("time", {}, clock(message.t_ms / 1000)), make("b", {}, message.topic));
    if (message.retained) item.append(make("em", { class: "tag" }, "retained"));
    const payload = make("span", { title: message.payload }, message.payload || "(empty)");
    item.append(payload);
    return item;
  }));
}

function showConsole(state) {
  const { chip, uart } = state;
  const box = byId("console");
  const text = state.console.join("\n");
  if (box.textContent !== text) {
    const atEnd = box.scrollTop + box.clientHeight > box.scrollHeight - 30;
    box.textContent = text;
    if (atEnd) box.scrollTop = box.scrollHeight;
  }
  const facts = [`${chip.resets} resets`];
  if (chip.reset_cause) facts.push(`last: ${chip.reset_cause}`);
  facts.push(chip.psram ? "with PSRAM" : "without PSRAM");
  if (state.radio) facts.push(`aioble: ${state.radio.aioble}`);
  if (uart.bms) facts.push(`UART ${uart.replies ?? 0} replies to ${uart.requests ?? 0} requests`);
  say(byId("chip-facts"), facts.join(" · "));
}

// What the firmware itself serves; the bench's settings give it this password.
function showOwnPage({ chip }) {
  const link = byId("own-page");
  link.hidden = !chip.web_port;
  link.href = `http://127.0.0.1:${chip.web_port}/`;
  link.title = "The page that the device serves; its password: packmate";
}

let silence;

// The page must not show the last state as if it were live.
function expectMore() {
  clearTimeout(silence);
  document.body.classList.remove("lost");
  silence = setTimeout(() => {
    document.body.classList.add("lost");
    lamp("chip", "bad", "the bench does not answer");
  }, SILENT_MS);
}

function show(state) {
  expectMore();
  say(byId("clock"), clock(state.time.t_s));
  const actual = state.time.lapse_actual;
  say(byId("achieved"), actual ? `${actual < 10 ? actual.toFixed(1) : Math.round(actual)}× achieved` : "");
  showLamps(state);
  showPacks(state.packs);
  compare.show(state);
  controls.show(state.controls, state);
  plot.add(state.samples, state.time.t_s);
  showMessages(state.mqtt);
  showConsole(state);
  showOwnPage(state);
  document.body.dataset.ready = "true";
}

function connect() {
  const socket = new WebSocket(new URL("api/live", location.href.replace(/^http/, "ws")));
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    document.body.classList.remove("lost");
    plot.clear();
  };
  socket.onmessage = (event) => {
    if (typeof event.data === "string") show(JSON.parse(event.data));
    else lcd.draw(event.data);
  };
  socket.onclose = () => {
    clearTimeout(silence);
    document.body.classList.add("lost");
    lamp("chip", "bad", "bench not reached");
    setTimeout(connect, RETRY_MS);
  };
}

const description = await (await fetch("api")).json();
controls.build(description.controls);
compare.build();
suggestions.build();
plot.build();
connect();
