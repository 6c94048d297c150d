// Small helpers that every part of the page uses.

export const byId = (id) => document.getElementById(id);

// Makes an element: make("button", {type: "button"}, "text", child …).
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Writes a text only where it changed: keeps selections and screen readers calm.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Shows pairs of a label and a text; pairs without a text are left out.
export function showFacts(box, pairs) {
  const shown = pairs.filter(([, text]) => text !== null && text !== undefined);
  while (box.children.length < shown.length) box.append(make("div", {}, make("dt"), make("dd")));
  while (box.children.length > shown.length) box.lastChild.remove();
  shown.forEach(([label, text], i) => {
    say(box.children[i].children[0], label);
    say(box.children[i].children[1], text);
    box.children[i].title = `${label}: ${text}`;
  });
}

// A choice of one of `options`, [value, text]; calls pick(value).
export function segments(box, name, options, chosen, pick) {
  box.replaceChildren(...options.map(([value, text]) => {
    const input = make("input", { type: "radio", name, value });
    input.checked = value === chosen;
    input.addEventListener("change", () => pick(value));
    return make("label", {}, input, text);
  }));
}

let timer;
export function toast(text, bad = false) {
  const box = byId("toast");
  box.textContent = text;
  box.className = bad ? "shown bad" : "shown";
  clearTimeout(timer);
  timer = setTimeout(() => { box.className = ""; }, bad ? 6000 : 2500);
}

// Asks in a dialog; resolves to true, or the text of its field, or null if it was given up.
export function ask(title, done, cancel, field) {
  const box = byId("ask");
  const form = box.firstElementChild;
  const input = field && make("input", { autocomplete: "current-password", ...field });
  const yes = make("button", { value: "yes", class: "main" }, done);
  form.replaceChildren(make("h2", {}, title), ...(input ? [input] : []),
    make("div", { class: "actions" }, make("button", { value: "", type: "button", id: "give-up" }, cancel), yes));
  form.querySelector("#give-up").onclick = () => box.close("");
  box.returnValue = "";
  box.showModal();
  (input ?? yes).focus();
  return new Promise((resolve) => {
    box.onclose = () => resolve(box.returnValue === "yes" ? (input ? input.value : true) : null);
  });
}
