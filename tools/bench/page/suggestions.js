// What somebody who sees the bench for the first time may want to do, in the order of a tour.

import { byId, make, send } from "./dom.js";

// button, controls to set, what is to be seen
const TOUR = [
  ["Charger", [["charger", true]], "A cold pack and power to warm it with: the heater starts, until the cells may be charged."],
  ["Unplug the BMS", [["bms_unplugged", true]], "The heater is off within ten seconds; the screen says why there is no data."],
  ["Plug it in again", [["bms_unplugged", false]], "Three good readings later it heats again."],
  ["Break the mat", [["mat_open", true]], "No warmth comes: it tries twice, then latches a fault and says what to check."],
  ["Freeze the firmware", [["firmware_frozen", true]], "The watchdog resets the chip; the heater cannot stay on."],
  ["Another BMS", [["bms", "ant_new"]], "Packmate is told and restarts: the same screen, another protocol."],
];

export function build() {
  for (const [label, controls, seen] of TOUR) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", async () => {
      for (const [name, value] of controls) await send(name, value);
    });
    byId("try").append(make("li", {}, button, make("span", {}, seen)));
  }
}
