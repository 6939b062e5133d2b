"use strict";
/* The operator's pages renew parts of themselves: not while nobody looks, and never with another page in their place. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.visibilityState === "hidden") event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href).pathname;
  if (xhr.status !== 200) event.detail.shouldSwap = false;
  else if (new URL(xhr.responseURL).pathname !== asked) { event.detail.shouldSwap = false; location.reload(); } // signed out meanwhile
});
