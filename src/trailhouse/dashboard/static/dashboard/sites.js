"use strict";
/* The box in the head of a column of boxes chooses all or none of them. Listens at the page: a search replaces the list. */
function all() {
  const box = document.querySelector("[data-all]");
  if (box) box.hidden = false;
}
document.addEventListener("change", (event) => {
  const name = event.target.dataset.all;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
});
document.addEventListener("htmx:afterSwap", all);
all();
