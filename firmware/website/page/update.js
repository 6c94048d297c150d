// An update that the owner has as a file: sent as it is, and tried by the device.

import { ask, byId, say, toast } from "./dom.js";
import { text, texts } from "./words.js";
import { send } from "./api.js";

let busy = false;

export function build() {
  const chosen = byId("bundle");
  byId("update").onclick = () => chosen.click();
  chosen.onchange = async () => {
    const [file] = chosen.files;
    chosen.value = "";
    if (file && await ask(`${text("update_why")} ${file.name}`, text("update"), text("cancel"))) take(file, false);
  };
}

export function show(allowed) {
  byId("update").hidden = !allowed;
  byId("update").disabled = busy;
}

// What the device says, in the owner's words: the texts have patterns, {} for what differs.
export function told(reason) {
  for (const [pattern, words] of texts.updates) {
    const quoted = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll("{}", "(.+)");
    const found = new RegExp(`^${quoted}$`).exec(reason);
    if (found) return found.slice(1).reduce((said, part) => said.replace("{}", part), words);
  }
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

async function take(file, older) {
  note(text("update_runs"), true);
  try {
    const [ok, answer] = await send(`/api/update${older ? "?older" : ""}`, file, (percent) => { byId("update-progress").value = percent; });
    if (ok) return note(text("update_tried", answer.version));
    note(told(answer.error));
    if (answer.older && await ask(`${told(answer.error)} ${text("update_older")}`, text("update"), text("cancel"))) await take(file, true);
  } catch {
    note("");
    toast(text("lost"), true);
  }
}

function note(words, runs = false) {
  busy = byId("update").disabled = runs;
  byId("update-progress").hidden = !runs;
  byId("update-progress").value = 0;
  say(byId("update-note"), words);
}
