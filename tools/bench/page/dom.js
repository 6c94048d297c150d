// Small helpers that every part of the page uses.

export const byId = (id) => document.getElementById(id);

// Makes an element: make("button", {type: "button"}, "text", child …).
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Writes a text only where it changed: keeps selections and screen readers calm.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Shows pairs of a label and a text in a list of definitions.
export function showFacts(box, pairs) {
  while (box.children.length < pairs.length) box.append(make("div", {}, make("dt"), make("dd")));
  pairs.forEach(([label, text], i) => {
    say(box.children[i].children[0], label);
    say(box.children[i].children[1], text);
  });
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86400);
  const pad = (n) => String(n).padStart(2, "0");
  const rest = `${Math.floor(whole / 3600) % 24}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return days ? `${days}d ${rest}` : rest;
}

const known = (value) => value !== null && value !== undefined;
export const degrees = (dc) => (known(dc) ? `${(dc / 10).toFixed(1)} °C` : "–");
export const number = (value, unit, digits = 0, divisor = 1) =>
  known(value) ? `${(value / divisor).toFixed(digits)} ${unit}` : "–";
export const yesNo = (value) => (known(value) ? (value ? "on" : "off") : "–");

let toastTimer;
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), 4000);
}

export async function send(name, value) {
  const body = value === undefined ? { name } : { name, value };
  try {
    const answer = await fetch("api/control", { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) toast((await answer.json()).error);
  } catch {
    toast("The bench does not answer.");
  }
}
