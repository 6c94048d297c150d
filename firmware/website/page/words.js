// The owner's words, and numbers as the owner writes them.

export const texts = await (await fetch("/texts.json")).json();

const facts = { fahrenheit: false };
export const setFahrenheit = (value) => { facts.fahrenheit = value; };

// A text of the page itself, with what belongs at {}.
export const text = (name, ...values) => values.reduce((out, value) => out.replace("{}", value), texts.page[name] ?? name);

// What the owner reads for a code of a table; a code that nobody knows is shown as it is.
export const word = (table, code) => (code ? texts.words[table]?.[code] ?? code.replaceAll("_", " ") : "");

// Headlines of the panel are in capitals; in a sentence they are not.
export const calm = (words) => (words === words.toUpperCase() ? words.slice(0, 1) + words.slice(1).toLowerCase() : words);

const known = (value) => value !== null && value !== undefined;
export const number = (value, unit, digits = 0, divisor = 1) => {
  if (!known(value)) return null;
  const shown = (value / divisor).toLocaleString(texts.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit ? `${shown} ${unit}` : shown;
};
export const degrees = (dc) => {
  if (!known(dc)) return null;
  return facts.fahrenheit ? number(dc * 1.8 + 320, "°F", 1, 10) : number(dc, "°C", 1, 10);
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
