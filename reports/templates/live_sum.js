// Two mixtures on the line: sliders for their components, and the density of the sum with its K L components.

live("sum", (panel, start) => {
  const most = 4;
  const letters = {
    x: { weight: "π", mean: "μ", deviation: "σ", reach: 10, color: "var(--series-1)" },
    y: { weight: "ρ", mean: "ν", deviation: "τ", reach: 10, color: "var(--series-2)" },
  };
  const below = (letter, index) => `${letter}${"₁₂₃₄"[index]}`;
  const normal = (z, mean, deviation) =>
    Math.exp(-(((z - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
  let state;
  let chosen = null;

  // Components of one mixture, weights made to add up to one.
  const components = (name) => {
    const rows = state[name].rows.slice(0, state[name].size);
    const total = rows.reduce((sum, row) => sum + row.weight, 0);
    return rows.map((row) => ({ ...row, weight: row.weight / total }));
  };
  const pairs = () =>
    components("x").flatMap((a, k) =>
      components("y").map((b, l) => ({
        k,
        l,
        a,
        b,
        weight: a.weight * b.weight,
        mean: a.mean + b.mean,
        deviation: Math.hypot(a.deviation, b.deviation),
      })),
    );
  const moments = (parts) => {
    const mean = parts.reduce((sum, part) => sum + part.weight * part.mean, 0);
    const second = parts.reduce((sum, part) => sum + part.weight * (part.deviation ** 2 + part.mean ** 2), 0);
    return { mean, variance: second - mean ** 2 };
  };

  // A density and its components between -reach and reach, as high as its highest point.
  const chart = (name, reach, wide, height) => {
    const svg = drawn("svg", { viewBox: `0 0 ${wide} ${height}`, role: "img" });
    const draw = (parts, colors, words) => {
      const base = height - 26;
      const grid = Array.from({ length: 401 }, (_, i) => -reach + (i * reach) / 200);
      const curves = parts.map((part) => grid.map((z) => part.weight * normal(z, part.mean, part.deviation)));
      const total = grid.map((_, i) => curves.reduce((sum, curve) => sum + curve[i], 0));
      const top = Math.max(...total, 1e-9);
      const line = (values) =>
        values
          .map(
            (v, i) =>
              `${i ? "L" : "M"}${((i * wide) / 400).toFixed(1)} ${(base - (v / top) * (base - 8)).toFixed(1)}`,
          )
          .join("");
      const ticks = Array.from({ length: 5 }, (_, i) => -reach + (i * reach) / 2).flatMap((at) => {
        const x = ((at + reach) / (2 * reach)) * wide;
        const anchor = at === -reach ? "start" : at === reach ? "end" : "middle";
        return [
          drawn("line", { x1: x, x2: x, y1: base, y2: base + 4, class: "axis" }),
          drawn("text", { x, y: base + 19, "text-anchor": anchor }, fixed(at, 0)),
        ];
      });
      svg.replaceChildren(
        ...curves.map((curve, i) =>
          drawn("path", {
            d: `${line(curve)}L${wide} ${base}L0 ${base}Z`,
            class: "part",
            style: `--color: ${colors[i]}`,
            "data-chosen": chosen === null ? "" : String(parts[i].chosen),
          }),
        ),
        drawn("path", { d: line(total), class: "whole" }),
        drawn("line", { x1: 0, x2: wide, y1: base, y2: base, class: "axis" }),
        ...ticks,
      );
      svg.setAttribute("aria-label", words);
    };
    const box = element(
      "div",
      { class: "chart" },
      element("p", { class: "chart-title" }, `density of ${name}`),
      svg,
    );
    return { box, draw };
  };
  const charts = {
    x: chart("x", 10, 300, 130),
    y: chart("y", 10, 300, 130),
    z: chart("z = x + y", 16, 600, 220),
  };

  const table = element("table", { class: "pairs" });
  const { line: said, say } = spoken();

  const row = (pair) => {
    const { k, l, a, b } = pair;
    const id = `live-${++counter}`;
    const radio = element("input", { type: "radio", name: `pair-${panel.dataset.number}`, id });
    radio.checked = chosen?.k === k && chosen?.l === l;
    radio.addEventListener("change", () => {
      chosen = { k, l };
      drawAll();
    });
    const label = element("label", { for: id }, `k = ${k + 1}, l = ${l + 1}`);
    const cell = (text, result) => element("td", { class: "r" }, `${text} = `, element("strong", {}, result));
    const inBrackets = (value) => (value < 0 ? `(${fixed(value, 1)})` : fixed(value, 1));
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, radio, label),
      cell(`${fixed(a.weight)} · ${fixed(b.weight)}`, fixed(pair.weight)),
      cell(`${fixed(a.mean, 1)} + ${inBrackets(b.mean)}`, fixed(pair.mean, 1)),
      cell(`${fixed(a.deviation ** 2)} + ${fixed(b.deviation ** 2)}`, fixed(pair.deviation ** 2)),
    );
  };

  const tabulate = () => {
    const list = pairs();
    const heads = ["component", "weight π ρ", "mean μ + ν", "variance σ² + τ²"];
    const count = `${state.x.size} · ${state.y.size} = ${list.length}`;
    table.replaceChildren(
      element(
        "caption",
        {},
        element(
          "span",
          { class: "text" },
          `z = x + y has K · L = ${count} components. Choose one to see it.`,
        ),
      ),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...heads.map((head, i) => element("th", { scope: "col", class: i ? "r" : "l" }, head)),
        ),
      ),
      element("tbody", {}, ...list.map(row)),
    );
  };

  const drawAll = () => {
    for (const name of ["x", "y"]) {
      const parts = components(name).map((part, i) => ({
        ...part,
        chosen: i === (name === "x" ? chosen?.k : chosen?.l),
      }));
      const means = parts.map((part) => fixed(part.mean, 1)).join(", ");
      charts[name].draw(
        parts,
        parts.map(() => letters[name].color),
        `Density of ${name}: ${parts.length} components with means ${means}.`,
      );
    }
    const sum = pairs().map((pair) => ({ ...pair, chosen: pair.k === chosen?.k && pair.l === chosen?.l }));
    const { mean, variance } = moments(sum);
    charts.z.draw(
      sum,
      sum.map(() => "var(--series-3)"),
      `Density of the sum: ${sum.length} components, mean ${fixed(mean)}, variance ${fixed(variance)}.`,
    );
    const [ofX, ofY] = [moments(components("x")), moments(components("y"))];
    say(
      `Means add: ${fixed(ofX.mean)} + ${fixed(ofY.mean)} = ${fixed(mean)}. ` +
        `Variances add: ${fixed(ofX.variance)} + ${fixed(ofY.variance)} = ${fixed(variance)}.`,
    );
  };
  const changed = () => {
    tabulate();
    drawAll();
  };

  // The sliders of one mixture; those of components beyond its K are hidden.
  const controls = (name) => {
    const { weight, mean, deviation, reach } = letters[name];
    const { size, rows } = state[name];
    const boxes = rows.map((values, i) => {
      const tells = [];
      const one = (letter, key, long, min, max, step, digits) => {
        const made = slider({
          name: below(letter, i),
          long: `${long} of component ${i + 1} of ${name}`,
          min,
          max,
          step,
          value: values[key],
          say: (value) => (key === "weight" ? fixed(components(name)[i]?.weight ?? 0) : fixed(value, digits)),
          change: (value) => {
            values[key] = value;
            retell();
            changed();
          },
        });
        tells.push(made.tell);
        return made.box;
      };
      const box = element(
        "div",
        { class: "component" },
        one(weight, "weight", "weight", 0.05, 1, 0.05, 2),
        one(mean, "mean", "mean", -0.6 * reach, 0.6 * reach, 0.1, 1),
        one(deviation, "deviation", "standard deviation", 0.2, 2, 0.05, 2),
      );
      return { box, tells };
    });
    const retell = () => boxes.forEach(({ tells }) => tells.forEach((tell) => tell()));
    const letter = name === "x" ? "K" : "L";
    const show = () => boxes.forEach(({ box }, i) => (box.hidden = i >= state[name].size));
    const sizes = slider({
      name: letter,
      long: `number of components of ${name}`,
      min: 1,
      max: most,
      step: 1,
      value: size,
      say: String,
      change: (value) => {
        state[name].size = value;
        chosen = null;
        show();
        retell();
        changed();
      },
    });
    show();
    retell();
    return element(
      "fieldset",
      {},
      element("legend", {}, `Mixture of ${name}`),
      sizes.box,
      ...boxes.map(({ box }) => box),
    );
  };

  const sliders = element("div", { class: "mixtures" });
  const restart = () => {
    chosen = null;
    state = Object.fromEntries(
      ["x", "y"].map((name) => {
        const { weights, means, deviations } = start[name];
        const rows = Array.from({ length: most }, (_, i) => ({
          weight: weights[i] ?? 0.3,
          mean: means[i] ?? [0, 0, 4, -5][i],
          deviation: deviations[i] ?? 0.5,
        }));
        return [name, { size: weights.length, rows }];
      }),
    );
    sliders.replaceChildren(...["x", "y"].map(controls));
    changed();
  };
  const pair = element("div", { class: "mixtures" }, charts.x.box, charts.y.box);
  panel.append(
    pair,
    charts.z.box,
    said,
    sliders,
    element("div", { class: "scroll", role: "group", "aria-label": "Components of the sum" }, table),
  );
  panel.append(element("p", { class: "buttons" }, button("Start again", restart)));
  restart();
});
