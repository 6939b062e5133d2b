"use strict";
/* The editor of a brand: a colour can be picked as well as typed. The preview asks for itself, by htmx. */
const picker = document.getElementById("colour-picker");
const typed = document.getElementById("id_colour");
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
if (picker && typed) {
  picker.hidden = false;
  picker.addEventListener("input", () => { typed.value = picker.value; });
  typed.addEventListener("input", () => {
    const [, digits] = /^\s*#?([0-9a-f]{3}|[0-9a-f]{6})\s*$/i.exec(typed.value) ?? [];
    if (digits) picker.value = `#${digits.length === 6 ? digits : digits.replace(/./g, "$&$&")}`.toLowerCase();
  });
}
