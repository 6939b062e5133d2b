"use strict";
/* After each answer the sliders say what the server wrote for them: "up to 100,000", not "4". */
document.addEventListener("htmx:afterSettle", () => {
  for (const slider of document.querySelectorAll(".calc input[type=range]")) {
    slider.setAttribute("aria-valuetext", document.getElementById(`shown-${slider.id}`).textContent);
  }
});
