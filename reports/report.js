// Addresses of claims and figures, parts of figures to show or hide, and the values of points; nothing needs it to be read.
(() => {
  "use strict";
  const go = () => {
    const [, kind, name] = /^#(claim|figure|table)=(.+)$/.exec(decodeURIComponent(location.hash)) || [];
    if (!kind) return;
    const id = `${kind}-${name}`;
    const target = document.getElementById(id) || document.querySelector(`[id$="--${CSS.escape(id)}"]`);
    for (const old of document.querySelectorAll(".addressed")) old.classList.remove("addressed");
    if (!target) return;
    target.classList.add("addressed");
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  };
  addEventListener("hashchange", go);
  go();

  // what a value was before it was laid out along an axis: linear, logarithmic or symmetric
  const outer = (layout, v) => {
    if (layout === 0) return v;
    if (layout < 0) return 10 ** v;
    return Math.abs(v) <= 1 ? v * layout : Math.sign(v) * layout * 10 ** (Math.abs(v) - 1);
  };
  const shown = (v) => {
    const size = Math.abs(v);
    if (size && (size < 1e-3 || size >= 1e6)) return v.toExponential(2).replace("-", "−");
    return String(Number(v.toPrecision(3))).replace("-", "−");
  };

  // the lines of a path as places in pixels
  const lines = (data) => {
    const found = [];
    let [x, y] = [0, 0];
    let line = [];
    for (const [, command, rest] of data.matchAll(/([Mhvlz])([^Mhvlz]*)/g)) {
      const numbers = (rest.match(/-?(?:\d+\.?\d*|\.\d+)/g) || []).map(Number);
      if (command === "z") line.closed = true;
      if (command === "M") {
        [x, y] = numbers;
        line = [[x, y]];
        found.push(line);
      }
      for (let i = 0; i < numbers.length && command !== "M"; i += command === "l" ? 2 : 1) {
        if (command !== "v") x += numbers[i];
        if (command === "v") y += numbers[i];
        if (command === "l") y += numbers[i + 1];
        line.push([x, y]);
      }
    }
    return found;
  };

  // the points of a figure with their values, read back from where they lie on its axes
  const points = (svg) => {
    const panels = svg.dataset.axes.split(";").map((panel) => panel.split(" ").map(Number));
    const found = new Map();
    const add = ([x, y], whose) => {
      for (const [left, top, width, height, xl, x0, x1, yl, y0, y1] of panels) {
        const [across, up] = [(x - left) / width, 1 - (y - top) / height];
        if (Math.min(across, up) < -0.001 || Math.max(across, up) > 1.001) continue;
        const values = [outer(xl, x0 + across * (x1 - x0)), outer(yl, y0 + up * (y1 - y0))].map(shown);
        const key = `${whose} ${Math.round(x)} ${Math.round(y)}`;
        if (!found.has(key)) found.set(key, { x, y, text: `${whose}: ${values[1]} at ${values[0]}` });
      }
    };
    for (const [part, whose] of [["o", "ours"], ["p", "paper"]]) {
      for (const path of svg.querySelectorAll(`path.${part}`)) {
        for (const line of lines(path.getAttribute("d"))) {
          const middle = [0, 1].map((i) => line.reduce((sum, place) => sum + place[i], 0) / line.length);
          for (const place of line.closed ? [middle] : line) add(place, whose);
        }
      }
    }
    return [...found.values()].sort((a, b) => a.x - b.x || a.y - b.y);
  };

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const values = (svg, tools) => {
    const output = element("output");
    let [all, at, ring] = [null, -1, null];
    const show = (index) => {
      at = index;
      const point = all[index];
      ring ||= svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "circle"));
      for (const [name, value] of Object.entries({ cx: point.x, cy: point.y, r: 8, stroke: "currentColor", "stroke-width": 2 })) {
        ring.setAttribute(name, value);
      }
      output.textContent = point.text;
    };
    const read = () => (all ||= points(svg)).length > 0;
    const step = (by) => read() && show((at + by + all.length) % all.length);
    svg.addEventListener("pointermove", (event) => {
      if (!read()) return;
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const away = (point) => Math.hypot(point.x - place.x, point.y - place.y);
      const nearest = all.reduce((best, point, i) => (away(point) < away(all[best]) ? i : best), 0);
      if (away(all[nearest]) < 30 && nearest !== at) show(nearest);
    });
    const button = (text, label, by) => {
      const made = element("button", { type: "button", ariaLabel: label }, text);
      made.addEventListener("click", () => step(by));
      return made;
    };
    tools.append(button("‹", "Value of the point before", -1), button("›", "Value of the next point", 1), output);
  };

  // what is hidden at first is drawn with `display="none"`
  const PARTS = [["o", "ours"], ["b", "intervals"], ["p", "paper"], ["r", "single runs"], ["a", "accepted before"]];
  for (const figure of document.querySelectorAll("figure")) {
    const svg = figure.querySelector("svg");
    const there = PARTS.filter(([part]) => svg && svg.querySelector(`path.${part}`));
    if (!there.length || !svg.dataset.axes) continue;
    const tools = element("div", { className: "figure-tools", role: "group", ariaLabel: "Parts and values of this figure" });
    for (const [part, name] of there.length > 1 ? there : []) {
      const paths = svg.querySelectorAll(`path.${part}`);
      const box = element("input", { type: "checkbox", checked: paths[0].getAttribute("display") !== "none" });
      box.addEventListener("change", () => {
        for (const path of paths) path.style.display = box.checked ? "inline" : "none";
      });
      tools.append(element("label", {}, box, ` ${name}`));
    }
    values(svg, tools);
    figure.querySelector(".picture").after(tools);
  }
})();
