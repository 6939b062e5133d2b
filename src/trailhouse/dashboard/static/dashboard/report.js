"use strict";
/* Reports: fragments instead of pages. Every link works without this file; here it only gets faster. */
(() => {
  const LIVE_MS = 5000;
  const live = () => document.getElementById("live");
  const poll = () => { if (document.visibilityState === "visible" && live()) htmx.trigger("#live", "poll"); };
  setInterval(poll, LIVE_MS);
  document.addEventListener("visibilitychange", poll);

  // A tab changes only its panel, so all other links and forms learn of it here.
  const remember = (panel) => {
    const name = `tab_${panel}`;
    const chosen = new URLSearchParams(location.search).get(name);
    for (const link of document.querySelectorAll("#report a[href], #menu a[href]")) {
      if (link.dataset.panel === panel && link.hasAttribute("hx-target")) continue;
      const url = new URL(link.href, location.href);
      if (url.origin !== location.origin || !url.pathname.startsWith(location.pathname)) continue;
      const parts = url.search.slice(1).split("&").filter((part) => part && !part.startsWith(`${name}=`));
      if (chosen) parts.push(`${name}=${chosen}`);
      link.setAttribute("href", `${url.pathname === location.pathname ? "" : url.pathname}?${parts.join("&")}`);
    }
    for (const form of document.querySelectorAll("#report form")) {
      form.querySelector(`input[name="${name}"]`)?.remove();
      if (!chosen) continue;
      const input = Object.assign(document.createElement("input"), { type: "hidden", name, value: chosen });
      form.append(input);
    }
  };

  document.addEventListener("htmx:configRequest", (event) => {
    // The address may have been renewed since htmx first read it.
    const { elt } = event.detail;
    if (elt.matches("#report a[href]")) event.detail.path = elt.getAttribute("href");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // Signed out meanwhile, or an error: show the page itself instead of putting it into a part of this one.
    const { xhr, requestConfig } = event.detail;
    const asked = new URL(requestConfig.path, location.href);
    if (requestConfig.elt.id === "live") { if (!xhr.responseText.includes('id="live"')) event.detail.shouldSwap = false; return; }
    if (xhr.status === 200 && new URL(xhr.responseURL).pathname === asked.pathname) return;
    event.detail.shouldSwap = false;
    if (requestConfig.verb === "get") location.assign(asked);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.elt.id !== "live") location.assign(new URL(event.detail.requestConfig.path, location.href));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    if (!requestConfig || requestConfig.elt.id === "live") return;
    if (requestConfig.elt.dataset?.panel) remember(requestConfig.elt.dataset.panel);
    // What had the focus is gone: go on at the report's heading.
    if (document.activeElement === document.body) document.querySelector(target.id === "report" || !target.id ? "#report h1" : `#${target.id} a`)?.focus({ preventScroll: true });
  });
})();
