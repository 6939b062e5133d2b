"use strict";
/* Zooms and moves the world map by buttons, keys and the wheel. Without it the whole map is shown. */
(() => {
  const CLOSEST = 12, STEP = 1.5;

  function ready(map) {
    const svg = map.querySelector(".world");
    const buttons = map.querySelector(".zoom");
    if (!svg || !buttons || buttons.dataset.ready) return;
    buttons.dataset.ready = "";
    buttons.hidden = false;
    const [left, top, width, height] = svg.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    let view = { x: left, y: top, w: width };
    const show = () => {
      const h = view.w * height / width;
      view.x = Math.min(Math.max(view.x, left), left + width - view.w);
      view.y = Math.min(Math.max(view.y, top), top + height - h);
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${h}`);
    };
    // `at`: the point that stays where it is, as parts of the width and the height.
    const zoom = (by, at = { x: .5, y: .5 }) => {
      const w = Math.min(width, Math.max(width / CLOSEST, view.w / by));
      view = { x: view.x + (view.w - w) * at.x, y: view.y + (view.w - w) * height / width * at.y, w };
      show();
    };
    const move = (x, y) => { view.x += x * view.w / 8; view.y += y * view.w / 8; show(); };
    const all = () => { view = { x: left, y: top, w: width }; show(); };
    const does = { in: () => zoom(STEP), out: () => zoom(1 / STEP), all };
    buttons.addEventListener("click", (event) => does[event.target.closest("[data-zoom]")?.dataset.zoom]?.());
    const keys = { "+": does.in, "=": does.in, "-": does.out, 0: all, ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0), ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1) };
    svg.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    svg.addEventListener("wheel", (event) => {
      const closer = event.deltaY < 0;
      if (!closer && view.w >= width) return; // the whole map is shown: the wheel moves the page
      event.preventDefault();
      const box = svg.getBoundingClientRect();
      zoom(closer ? 1.2 : 1 / 1.2, { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
    }, { passive: false });
    let from = null;
    svg.addEventListener("pointerdown", (event) => { if (view.w < width) from = { x: event.clientX, y: event.clientY, view: { ...view } }; });
    svg.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) { from = null; return; }
      const scale = from.view.w / svg.getBoundingClientRect().width;
      view = { ...from.view, x: from.view.x - (event.clientX - from.x) * scale, y: from.view.y - (event.clientY - from.y) * scale };
      show();
    });
    svg.addEventListener("click", (event) => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > 5) event.preventDefault();
      from = null;
    }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());
  }

  const look = () => { const map = document.getElementById("map"); if (map) ready(map); };
  document.addEventListener("htmx:afterSettle", look);
  look();
})();
