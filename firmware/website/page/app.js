// The page's start: asks for the state every few seconds, and hands it to the parts.

import * as heater from "./heater.js";
import * as log from "./log.js";
import * as pack from "./pack.js";
import * as past from "./past.js";
import * as settings from "./settings.js";
import * as update from "./update.js";
import { ask, byId, make, say, toast } from "./dom.js";
import { linkWord, setFahrenheit, text, texts, word } from "./words.js";
import { get, logIn, logOut, token } from "./api.js";

const POLL_MS = 3000;
const HISTORY_MS = 300_000;

let historyMs = null; // when it was asked for last

function lamps({ device, packs, heater: heats }) {
  const [pack_] = packs;
  const good = pack_.fresh && pack_.plausible;
  const shown = [
    [good ? "good" : "bad", good ? "BMS" : `BMS: ${linkWord(pack_.link_reason, device.links[0])}`],
    [device.wifi.rssi_dbm > -75 ? "good" : "warn", `Wi-Fi ${device.wifi.rssi_dbm ?? "–"} dBm`],
  ];
  if (device.mqtt) shown.push([device.mqtt.connected ? "good" : "bad", "MQTT"]);
  if (heats?.heater_fault) shown.push(["bad", word("state", "fault")]);
  byId("lamps").replaceChildren(...shown.map(([tone, words]) => make("li", { "data-tone": tone }, words)));
}

function show(state) {
  const { device } = state;
  const logged = token() !== null;
  document.body.classList.remove("lost");
  setFahrenheit(device.fahrenheit);
  document.title = device.title;
  say(byId("name"), device.title);
  byId("login").hidden = !device.login;
  say(byId("login"), text(logged ? "log_out" : "log_in"));
  lamps(state);
  pack.show(state);
  heater.show(state);
  log.showDevice(state);
  log.load(device);
  byId("device-actions").hidden = !logged;
  byId("restart").hidden = !device.settings;
  update.show(device.updates);
  settings.show(device.settings, logged);
  showPast(device);
  document.body.dataset.ready = "true";
}

function showPast(device) {
  byId("history-card").hidden = !device.history;
  if (!device.history || (historyMs !== null && performance.now() - historyMs < HISTORY_MS)) return;
  if (historyMs === null) past.build();
  historyMs = performance.now();
  past.load(device.uptime_s);
}

async function poll() {
  if (!document.hidden) {
    try {
      show(await get("/api/state"));
    } catch {
      document.body.classList.add("lost");
    }
  }
  setTimeout(poll, POLL_MS);
}

async function enter() {
  if (token()) {
    await logOut();
  } else {
    const password = await ask(text("log_in"), text("log_in"), text("cancel"), { type: "password", placeholder: "web_password" });
    if (!password) return;
    const refused = await logIn(password);
    if (refused) toast(refused, true);
  }
  show(await get("/api/state"));
}

document.documentElement.lang = texts.locale;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
byId("find").placeholder = text("find");
byId("login").onclick = enter;
byId("support").onclick = log.saveSupport;
update.build();
byId("restart").onclick = async () => {
  if (await ask(text("restart_why"), text("restart"), text("cancel"))) settings.restart();
};
poll();
