"use strict";
/* The box above the sites that are due chooses all or none of them. */
const every = document.querySelector("[data-every]");
if (every) {
  const boxes = [...document.querySelectorAll("[data-due]")];
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    every.checked = chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  every.closest("li").hidden = false;
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
