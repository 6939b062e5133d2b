"use strict";
/* What every page does beyond plain HTML: sheets that close by Escape or a click beside them, and files of it. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.activeElement?.closest("details.pop[open]") ?? document.querySelector("details.pop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
// The address of the page may have changed since a link to its file was written: the file is of what is shown.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[download][href^='?']");
  if (!link) return;
  const state = new URLSearchParams(location.search);
  state.delete("page");
  state.set("export", new URLSearchParams(link.getAttribute("href")).get("export"));
  link.setAttribute("href", `?${state}`);
});
