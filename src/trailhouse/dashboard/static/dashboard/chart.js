"use strict";
/* Draws the chart with uPlot from the table below it, in the place of the picture that the server sent. */
(() => {
  const HEIGHT = 230, TOP = 14, BOTTOM = 30;
  let current = null;

  const number = (cell) => (cell && cell.dataset.v !== "" ? Number(cell.dataset.v) : null);

  function read(plot) {
    const rows = [...document.querySelectorAll("#values tbody tr")];
    if (document.getElementById("values")?.dataset.newestFirst !== undefined) rows.reverse();
    const points = rows.map((row) => ({
      title: row.cells[0].firstElementChild.textContent,
      note: row.dataset.note ?? "",
      link: row.cells[0].querySelector("a"),
      tick: row.dataset.tick,
      running: row.dataset.running !== undefined,
      value: number(row.cells[1]),
      text: row.cells[1].textContent,
      before: number(row.cells[2]),
      beforeText: row.cells[2]?.textContent ?? "",
      beforeTitle: row.cells[3]?.textContent ?? "",
    }));
    const axis = plot.dataset.axis.split(";").map((tick) => {
      const at = tick.indexOf("=");
      return { value: Number(tick.slice(0, at)), label: tick.slice(at + 1) };
    });
    return { points, axis };
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const probe = document.createElement("i");
    document.body.append(probe);
    const solid = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
    const all = { brand: solid("--brand"), line: solid("--line"), faint: solid("--faint"), control: solid("--control"), card: solid("--card"), font: `11px ${style.getPropertyValue("--font")}` };
    probe.remove();
    return all;
  }

  const faded = (colour, alpha) => colour.startsWith("rgb(") ? colour.replace("rgb(", "rgba(").replace(")", `, ${alpha})`) : colour;

  function series({ points }, c) {
    const n = points.length;
    const open = n > 1 && points[n - 1].running;
    const values = points.map((p) => p.value);
    const solid = open ? [...values.slice(0, -1), null] : values;
    const last = open ? values.map((v, i) => (i >= n - 2 ? v : null)) : values.map(() => null);
    const dot = { show: n === 1, size: 7, fill: c.brand };
    return {
      data: [points.map((_, i) => i), values, points.map((p) => p.before), solid, last],
      series: [
        {},
        { stroke: "transparent", width: 0, fill: faded(c.brand, .09), points: { show: false } },
        { stroke: c.control, width: 1.5, dash: [4, 4], points: { show: false } },
        { stroke: c.brand, width: 2.2, points: dot },
        { stroke: c.brand, width: 2.2, dash: [2, 5], cap: "round", points: { show: false } },
      ],
    };
  }

  function labels({ points }) {
    const every = Math.max(1, Math.ceil(points.length / Math.max(2, Math.min(7, Math.floor(current.width / 90)))));
    return points.map((_, i) => i).filter((i) => i % every === 0 && (points.length === 1 || i / (points.length - 1) <= .97));
  }

  function options(plot, chart, c) {
    const n = chart.points.length;
    const top = chart.axis.at(-1).value;
    const gutter = plot.offsetLeft - plot.parentElement.offsetLeft - parseFloat(getComputedStyle(plot.parentElement).paddingLeft);
    return {
      width: plot.clientWidth + gutter, height: HEIGHT, padding: [TOP, 0, 0, 0],
      cursor: {
        y: false, drag: { x: false, y: false },
        points: { size: 9, width: 2, stroke: () => c.card, fill: (_, index) => (index === 2 ? c.control : c.brand) },
        move: (u, left, top) => (left < 0 ? [left, top] : [u.valToPos(u.posToIdx(left), "x"), top]),
      },
      legend: { show: false },
      scales: { x: { time: false, range: n === 1 ? [-1, 1] : [0, n - 1] }, y: { range: [0, top] } },
      axes: [
        { size: BOTTOM, gap: 8, font: c.font, stroke: c.faint, grid: { show: false }, ticks: { show: false }, splits: () => labels(chart), values: (_, at) => at.map((i) => chart.points[i].tick) },
        { size: gutter, gap: 8, font: c.font, stroke: c.faint, grid: { stroke: c.line, width: 1 }, ticks: { show: false }, splits: () => chart.axis.map((t) => t.value), values: () => chart.axis.map((t) => t.label) },
      ],
      hooks: { setCursor: [(u) => show(plot, chart, u)], draw: [(u) => marks(u, chart, c)] },
    };
  }

  // What happened in an interval: a line with a dot on top, as in the picture.
  function marks(u, { points }, c) {
    const { ctx, bbox } = u;
    points.forEach((point, i) => {
      if (!point.note) return;
      const r = 4 * devicePixelRatio;
      const x = Math.min(u.valToPos(i, "x", true), bbox.left + bbox.width - r); // the last one whole, too
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = c.control;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, bbox.top, r, 0, 2 * Math.PI);
      ctx.fill();
      ctx.restore();
    });
  }

  function show(plot, chart, u) {
    const box = plot.querySelector(".read");
    const point = u.cursor.left >= 0 ? chart.points[u.cursor.idx] : null;
    box.hidden = !point;
    if (!point) return;
    const [title, now, was, note] = box.children;
    title.textContent = point.title;
    now.textContent = `${plot.dataset.label}: ${point.text}`;
    was.textContent = point.beforeTitle ? `${point.beforeText} · ${point.beforeTitle}` : "";
    was.hidden = !point.beforeTitle;
    note.textContent = point.note;
    note.hidden = !point.note;
    const x = u.valToPos(u.cursor.idx, "x");
    const right = x + 14 + box.offsetWidth <= plot.clientWidth;
    box.style.left = `${Math.max(0, right ? x + 14 : x - 14 - box.offsetWidth)}px`;
  }

  function keys(plot, chart, u) {
    let at = null;
    const last = chart.points.length - 1;
    const moves = { ArrowRight: () => (at === null ? 0 : Math.min(last, at + 1)), ArrowLeft: () => (at === null ? last : Math.max(0, at - 1)), Home: () => 0, End: () => last, PageUp: () => Math.max(0, (at ?? last) - 7), PageDown: () => Math.min(last, (at ?? 0) + 7), Escape: () => null };
    const to = (index) => {
      at = index;
      if (at === null) { u.setCursor({ left: -10, top: -10 }); return; }
      u.setCursor({ left: u.valToPos(at, "x"), top: 0 });
      const point = chart.points[at];
      plot.querySelector("[role=status]").textContent = `${point.title}: ${point.text}${point.beforeTitle ? ` (${point.beforeText}, ${point.beforeTitle})` : ""}${point.note ? `. ${point.note}` : ""}`;
    };
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && at !== null) { chart.points[at].link?.click(); return; }
      const move = moves[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      to(move());
    }, { signal: current.stop.signal });
    plot.addEventListener("blur", () => to(null), { signal: current.stop.signal });
    plot.addEventListener("pointerdown", () => { at = null; }, { signal: current.stop.signal });
    plot.addEventListener("dblclick", () => chart.points[u.cursor.idx]?.link?.click(), { signal: current.stop.signal });
  }

  function draw() {
    const plot = document.getElementById("plot");
    current?.stop.abort();
    current?.u?.destroy();
    current?.watch?.disconnect();
    current = null;
    if (!plot || typeof uPlot === "undefined") return;
    const chart = read(plot);
    if (!chart.points.length) return;
    const c = colours();
    current = { plot, width: plot.clientWidth, stop: new AbortController() };
    const { data, series: lines } = series(chart, c);
    if (!plot.querySelector(".read")) {
      const box = Object.assign(document.createElement("div"), { className: "read", hidden: true });
      box.setAttribute("aria-hidden", "true");
      box.append(document.createElement("b"), document.createElement("span"), Object.assign(document.createElement("span"), { className: "was" }), Object.assign(document.createElement("span"), { className: "noted" }));
      plot.append(box);
    }
    const settings = options(plot, chart, c);
    const gutter = settings.width - plot.clientWidth;
    const u = new uPlot({ ...settings, series: lines }, data, plot);
    u.root.style.left = `${-gutter}px`;
    plot.querySelector(".picture")?.setAttribute("hidden", "");
    current.u = u;
    keys(plot, chart, u);
    current.watch = new ResizeObserver(() => {
      if (plot.clientWidth === current.width) return;
      current.width = plot.clientWidth;
      u.setSize({ width: plot.clientWidth + gutter, height: HEIGHT });
    });
    current.watch.observe(plot);
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  document.addEventListener("htmx:afterSettle", () => { if (document.getElementById("plot") !== current?.plot) draw(); });
  draw();
})();
