// The owner's words, and numbers as the owner writes them.

export const texts = await (await fetch("/texts.json")).json();

const facts = { fahrenheit: false };
export const setFahrenheit = (value) => { facts.fahrenheit = value; };

// A text of the page itself, with what belongs at {}.
export const text = (name, ...values) => values.reduce((out, value) => out.replace("{}", value), texts.page[name] ?? name);

// What the owner reads for a code of a table; a code that nobody knows is shown as it is.
export const word = (table, code) => (code ? texts.words[table]?.[code] ?? code.replaceAll("_", " ") : "");

// Why there are no figures: in the words of a cable, of Bluetooth, or of several packs together.
export const linkWord = (code, kind) => word(kind, code) || text("waiting");

const known = (value) => value !== null && value !== undefined;
export const number = (value, unit, digits = 0, divisor = 1) => {
  if (!known(value)) return null;
  const shown = (value / divisor).toLocaleString(texts.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit ? `${shown} ${unit}` : shown;
};
// Of one temperature, or of several with the unit behind the last.
export const degrees = (...dcs) => {
  if (!dcs.every(known)) return null;
  const scaled = facts.fahrenheit ? dcs.map((dc) => dc * 1.8 + 320) : dcs;
  return `${scaled.map((tenths) => number(tenths, "", 1, 10)).join("  ")} ${facts.fahrenheit ? "°F" : "°C"}`;
};
export const yesNo = (value) => (known(value) ? text(value ? "on" : "off") : null);

export function span(seconds) {
  if (!known(seconds)) return null;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours) return `${hours} h ${minutes % 60} min`;
  return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

export const moment = (unixS, style = { dateStyle: "short", timeStyle: "short" }) =>
  new Date(unixS * 1000).toLocaleString(texts.locale, style);
