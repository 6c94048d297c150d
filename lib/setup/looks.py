"""How the set-up page looks, and its script."""

STYLE = b"""\
:root{color-scheme:light dark}
body{margin:0;font:17px/1.45 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:34rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.4rem 0}
h2{font-size:1.15rem;margin:0 0 .6rem}
section{border:1px solid #8886;border-radius:.7rem;padding:1rem;margin:1rem 0}
.field{margin:0 0 1.1rem}
label,legend{display:block;margin:0 0 .3rem;padding:0}
input,select,button,.button{font:inherit;box-sizing:border-box;width:100%;min-height:2.9rem;
padding:.4rem .6rem;border:1px solid #8889;border-radius:.5rem;background:Field;color:FieldText}
fieldset{border:0;padding:0;margin:0 0 .6rem}
.line{display:flex;align-items:center;gap:.7rem;min-height:2.9rem;margin:0;
border-bottom:1px solid #8884}
.line input{width:1.3rem;min-height:1.3rem;flex:none}
.line span{flex:1;overflow-wrap:anywhere}
small{color:GrayText;display:block;margin-top:.2rem}
.line small{margin:0}
summary{padding:.5rem 0;color:#1668c7;cursor:pointer}
a{color:#1668c7}
.error{color:#c62828;font-weight:600;margin:.3rem 0}
button,.button{background:#1668c7;color:#fff;border:0;font-weight:600;margin-top:1rem;
display:block;text-align:center;text-decoration:none;line-height:2.1rem}
.quiet{background:none;color:inherit;border:1px solid #8889;font-weight:400}
[hidden]{display:none}
@media(prefers-color-scheme:dark){summary,a{color:#7ab8ff}.error{color:#ff8a80}.button{color:#fff}}
"""

# Hides what the other answers make needless: a condition is key=value|value or key!=value.
SCRIPT = b"""\
const form = document.querySelector('form');
const values = () => {
  const found = {};
  for (const one of form.elements) {
    if (!one.name || (one.type === 'radio' && !one.checked)) continue;
    if (one.name === 'network') found.network = one.value;
    else if (!one.selectedOptions?.[0].dataset.sets) found[one.name] = one.value;
    else {
      for (const set of one.selectedOptions[0].dataset.sets.split(' ')) {
        const at = set.indexOf('=');
        found[set.slice(0, at)] = set.slice(at + 1);
      }
    }
  }
  if (found.network) found.wifi_ssid = found.network;
  return found;
};
const holds = (when, found) => when.split(' ').every((one) => {
  if (!one) return true;
  const not = one.indexOf('!=') > 0;
  const [key, allowed] = one.split(not ? '!=' : '=');
  return allowed.split('|').includes(found[key] ?? '') !== not;
});
const look = () => {
  const found = values();
  for (const one of document.querySelectorAll('[data-when]')) {
    one.hidden = one.disabled = !holds(one.dataset.when, found);
  }
};
form.addEventListener('input', look);
form.addEventListener('change', look);
look();
"""
