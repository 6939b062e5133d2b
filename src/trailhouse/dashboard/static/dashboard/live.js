"use strict";
/* Live: the part #now asks for itself every few seconds while somebody can see it. Without this file a link does. */
(() => {
  const EVERY_MS = 4000;
  const pause = document.getElementById("pause");
  const said = document.getElementById("now-said");
  let paused = false;
  let asking = false;

  // What the reader has in hand must outlive the exchange: the focus, and what is open.
  const held = () => {
    const here = document.activeElement?.closest("#now") ? document.activeElement : null;
    const name = here?.getAttribute("href");
    const open = [...document.querySelectorAll("#now details[open][id]")].map((one) => one.id);
    return { link: name, tag: here?.tagName, scroll: document.querySelector("#now .values-scroll")?.scrollTop, open };
  };
  const give = ({ link, tag, scroll, open }) => {
    for (const id of open) document.getElementById(id).open = true;
    const list = document.querySelector("#now .values-scroll");
    if (list && scroll) list.scrollTop = scroll;
    if (!tag) return;
    const same = link ? document.querySelector(`#now [href="${CSS.escape(link)}"]`) : document.querySelector(`#now ${tag}`);
    same?.focus({ preventScroll: true });
  };

  const visitors = (part) => [...part.querySelectorAll(".here tbody th a")];

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("now");
    const present = document.getElementById("now");
    if (!fresh || !present) return;
    const kept = held();
    const before = document.getElementById("now-count").textContent;
    const known = new Set(visitors(present).map((link) => link.pathname));
    present.replaceWith(fresh);
    for (const link of visitors(fresh)) if (!known.has(link.pathname)) link.closest("tr").classList.add("fresh");
    give(kept);
    const count = document.getElementById("now-count").textContent;
    if (count !== before) said.textContent = `${said.dataset.words}: ${count}`;
  };

  const look = async () => {
    if (paused || asking || document.visibilityState !== "visible") return;
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Target": "now" } });
      if (answer.redirected) location.reload(); // signed out meanwhile
      else if (answer.ok) show(await answer.text());
    } catch { /* the next one may come through */ } finally {
      asking = false;
    }
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.paused : pause.dataset.going;
    look();
  });
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
})();
