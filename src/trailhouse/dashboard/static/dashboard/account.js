"use strict";
/* Copy buttons, the visitor's own time zone as the first choice of a form, and the search of long lists of boxes. */
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = before), 2000);
  });
}
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("select[data-own-zone]")) {
  if (select.value === "UTC" && [...select.options].some((option) => option.value === own)) select.value = own;
}
for (const find of document.querySelectorAll("[data-find]")) {
  const field = find.querySelector("input");
  const told = find.querySelector("[data-none]");
  const boxes = [...document.querySelectorAll(`#${find.dataset.find} .check`)];
  find.hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const box of boxes) box.hidden = !words.every((word) => box.textContent.toLowerCase().includes(word));
    told.textContent = boxes.every((box) => box.hidden) ? told.dataset.none : "";
  });
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
