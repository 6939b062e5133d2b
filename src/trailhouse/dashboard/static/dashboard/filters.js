"use strict";
/* Filter forms: values suggested as one types, conditions that a field knows, values that follow one another.
   Without this file they are plain inputs. */
(() => {
  const WAIT_MS = 150;
  let number = 0, timer = 0, asked = null, open = null;

  const rowOf = (input) => input.closest(".filter-row");
  const named = (row, name) => row.querySelector(`[name^="${name}"]`);

  function close() {
    clearTimeout(timer);
    asked?.abort();
    asked = null;
    if (!open) return;
    open.list.hidden = true;
    open.input.setAttribute("aria-expanded", "false");
    open.input.removeAttribute("aria-activedescendant");
    open = null;
  }

  function equip(input) {
    if (input.getAttribute("role") === "combobox") return;
    const box = Object.assign(document.createElement("div"), { className: "suggest" });
    const list = Object.assign(document.createElement("ul"), { id: `suggestions-${++number}`, hidden: true });
    const status = Object.assign(document.createElement("p"), { className: "unseen" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? input.getAttribute("aria-label") ?? "");
    status.setAttribute("role", "status");
    input.before(box);
    box.append(input, list, status);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
    input.focus();
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) choose(input, item);
    });
  }

  function choose(input, item) {
    input.value = item.dataset.value;
    close();
  }

  function address(input) {
    const row = rowOf(input), form = input.form;
    const query = new URLSearchParams([...form.querySelectorAll("input[type=hidden]")].map((one) => [one.name, one.value]));
    for (const name of ["field", "q", "page"]) query.delete(name);
    const field = named(row, "field").value;
    query.set("field", input.dataset.suggests === "property" ? "property" : field === "prop" ? `prop.${named(row, "property").value.trim()}` : field);
    query.set("q", input.value);
    return `${form.dataset.suggest}?${query}`;
  }

  async function suggest(input) {
    const operator = named(rowOf(input), "operator").value;
    if (input.dataset.suggests === "value" && (operator.startsWith("matches") || !named(rowOf(input), "field").value)) return close();
    asked?.abort();
    const mine = asked = new AbortController();
    try {
      const answer = await fetch(address(input), { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || document.activeElement !== input) return;
      const found = await answer.json();
      if (mine.signal.aborted) return;
      show(input, found);
    } catch { /* plain inputs need no suggestions */ }
  }

  function show(input, { options, status }) {
    close();
    const list = input.parentElement.querySelector("ul");
    input.parentElement.querySelector("[role=status]").textContent = status;
    list.replaceChildren(...options.map((option, place) => {
      const item = Object.assign(document.createElement("li"), { id: `${list.id}-${place}` });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.value = option.value;
      item.append(Object.assign(document.createElement("span"), { textContent: option.note ? `${option.label} · ${option.note}` : option.label }));
      if (option.count) item.append(Object.assign(document.createElement("span"), { className: "sub", textContent: option.count }));
      return item;
    }));
    list.hidden = !options.length;
    if (!options.length) return;
    open = { input, list };
    input.setAttribute("aria-expanded", "true");
  }

  function move(by) {
    const items = [...open.list.children];
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : (at + by + items.length) % items.length;
    items[at]?.setAttribute("aria-selected", "false");
    items[next].setAttribute("aria-selected", "true");
    items[next].scrollIntoView({ block: "nearest" });
    open.input.setAttribute("aria-activedescendant", items[next].id);
  }

  function know(row) {
    const operators = named(row, "operator");
    const fields = new Map(operators.dataset.known.split(";").map((one) => one.split(":")));
    const known = fields.get(named(row, "field").value)?.split(",");
    for (const option of operators.options) option.hidden = option.disabled = Boolean(known) && !known.includes(option.value);
    if (operators.selectedOptions[0]?.disabled) operators.value = "is";
  }

  function later(input) {
    clearTimeout(timer);
    timer = setTimeout(() => suggest(input), WAIT_MS);
  }

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("[data-suggests]")) { if (open?.input !== target) { close(); equip(target); later(target); } } else close();
  });
  document.addEventListener("input", ({ target }) => { if (target.matches("[data-suggests]")) later(target); });
  document.addEventListener("change", ({ target }) => {
    if (target.matches('.filter-row [name^="field"]')) know(rowOf(target));
  });
  document.addEventListener("toggle", ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open || !target.matches(".pop")) return;
    target.querySelectorAll(".filter-row").forEach(know);
    const sheet = target.matches(".chip-box > *") && target.querySelector(".sheet");
    if (!sheet) return;
    sheet.classList.remove("end");
    sheet.classList.toggle("end", sheet.getBoundingClientRect().right > document.documentElement.clientWidth);
  }, true);
  // Before the sheet's own Escape: the first one closes the suggestions alone.
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-suggests]")) return;
    if (!open || open.input !== input) { if (event.key === "ArrowDown") { event.preventDefault(); suggest(input); } return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); return; }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); return; }
    if (event.key === "Tab") { close(); return; }
    const chosen = open.list.querySelector("[aria-selected=true]");
    if (event.key === "Enter" && chosen) { event.preventDefault(); choose(input, chosen); }
  }, true);
})();
