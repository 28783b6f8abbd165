// Search, filter and order of the index; their state stands in the address, so that a link shows what its sender saw.
(() => {
  "use strict";
  const form = document.querySelector("form.tools");
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll(".matrix tbody tr")];
  const heads = [...document.querySelectorAll(".matrix th[data-sort]")];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const read = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");

  const write = (name, value) => {
    const state = read();
    if (value) state.set(name, value);
    else state.delete(name);
    history.replaceState(null, "", "#" + state.toString());
    show();
  };

  const sort = (key) => {
    const number = (row) => Number(row.dataset[key]);
    for (const body of document.querySelectorAll(".matrix tbody")) {
      const sorted = [...body.rows].sort((a, b) => number(a) - number(b) || a.dataset.place - b.dataset.place);
      body.append(...sorted);
    }
    for (const head of heads) {
      if (head.dataset.sort === key) head.setAttribute("aria-sort", "ascending");
      else head.removeAttribute("aria-sort");
    }
  };

  const show = () => {
    const state = read();
    const wanted = (state.get("q") || "").trim().toLowerCase().split(/\s+/).filter(Boolean);
    const ending = state.get("show") || "";
    let shown = 0;
    for (const row of rows) {
      const fits = wanted.every((word) => words.get(row).includes(word));
      const ends = !ending || row.dataset.states.split(" ").includes(ending);
      row.hidden = !(fits && ends);
      shown += row.hidden ? 0 : 1;
    }
    for (const chapter of document.querySelectorAll(".chapter")) {
      chapter.hidden = ![...chapter.querySelectorAll("tbody tr")].some((row) => !row.hidden);
    }
    output.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} rows`;
    form.elements.q.value = state.get("q") || "";
    form.elements.show.value = ending;
    const open = ending && ending !== "held";
    for (const row of rows) for (const why of row.querySelectorAll("details")) why.open = Boolean(open);
    sort(state.get("sort") || "state");
  };

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => write("sort", head.dataset.sort === "state" ? "" : head.dataset.sort));
    head.append(button);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.q.addEventListener("input", () => write("q", form.elements.q.value));
  form.addEventListener("change", (event) => {
    if (event.target.name === "show") write("show", form.elements.show.value);
  });
  addEventListener("hashchange", show);
  form.hidden = false;
  show();
})();
