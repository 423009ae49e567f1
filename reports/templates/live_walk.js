// A run of k-means or EM on points in the plane, moment by moment.

live("walk", (panel, { points, frames, objective }) => {
  const [wide, high, margin] = [600, 340, 16];
  const seen = [...points, ...frames[0].centers];
  const xs = seen.map((point) => point[0]),
    ys = seen.map((point) => point[1]);
  const low = [Math.min(...xs), Math.min(...ys)],
    top = [Math.max(...xs), Math.max(...ys)];
  const scale = Math.min((wide - 2 * margin) / (top[0] - low[0]), (high - 2 * margin) / (top[1] - low[1]));
  const [left, bottom] = [0, 1].map((axis) => ([wide, high][axis] - scale * (top[axis] - low[axis])) / 2);
  const at = ([x, y]) => [left + scale * (x - low[0]), high - bottom - scale * (y - low[1])];

  // Components differ in color and in shape: circle, triangle, square, diamond.
  const shapes = [
    "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0Z",
    "M0 -4.6L4.4 3.4H-4.4Z",
    "M-3.3 -3.3H3.3V3.3H-3.3Z",
    "M0 -4.8L4.8 0L0 4.8L-4.8 0Z",
  ];
  const mixed = (shares) =>
    shares.reduce((color, share, k) => {
      if (color === null) return [series(k), share];
      const whole = color[1] + share;
      return whole
        ? [`color-mix(in srgb, ${color[0]} ${(100 * color[1]) / whole}%, ${series(k)})`, whole]
        : color;
    }, null)[0];

  const svg = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", class: "plane" });
  const marks = points.map((point) =>
    drawn("path", { transform: `translate(${at(point).map((c) => c.toFixed(1))})`, class: "point" }),
  );
  const shells = drawn("g"),
    trails = drawn("g"),
    centers = drawn("g");
  svg.append(...marks, shells, trails, centers);

  const curve = drawn("svg", { viewBox: `0 0 ${wide} 90`, class: "curve", "aria-hidden": "true" });
  // The start is far from all that follows; the scale is that of the rest.
  const values = frames.map((frame) => frame.objective);
  const later = values.slice(1);
  const [least, most] = [Math.min(...later), Math.max(...later)];
  const height = (value) => 82 - 74 * Math.min(1, Math.max(0, (value - least) / (most - least || 1)));
  const along = (i) => 8 + ((wide - 16) * i) / (frames.length - 1);
  const dot = drawn("circle", { r: 6, class: "now" });
  curve.append(
    drawn("path", {
      d: later
        .map((value, i) => `${i ? "L" : "M"}${along(i + 1).toFixed(1)} ${height(value).toFixed(1)}`)
        .join(""),
      class: "whole",
    }),
    dot,
  );

  const { line: said, say } = spoken();
  let now = 0;
  const draw = () => {
    const frame = frames[now];
    frame.shares.forEach((shares, n) => {
      const most = shares.indexOf(Math.max(...shares));
      marks[n].setAttribute("d", shapes[most % 4]);
      marks[n].style.fill = mixed(shares);
    });
    centers.replaceChildren(
      ...frame.centers.map((center, k) =>
        drawn("path", {
          d: "M-7 -7L7 7M-7 7L7 -7",
          class: "center",
          transform: `translate(${at(center)})`,
          style: `--color: ${series(k)}`,
        }),
      ),
    );
    trails.replaceChildren(
      ...frame.centers.map((_, k) =>
        drawn("polyline", {
          points: frames
            .slice(0, now + 1)
            .map((each) => at(each.centers[k]))
            .join(" "),
          class: "trail",
          style: `--color: ${series(k)}`,
        }),
      ),
    );
    shells.replaceChildren(
      ...frame.covariances.map(([a, b, c], k) => {
        const middle = (a + c) / 2,
          spread = Math.hypot((a - c) / 2, b);
        const axes = [middle + spread, Math.max(middle - spread, 0)].map(
          (variance) => 2 * Math.sqrt(variance) * scale,
        );
        const turn = (-Math.atan2(2 * b, a - c) * 90) / Math.PI;
        return drawn("ellipse", {
          rx: axes[0],
          ry: axes[1],
          transform: `translate(${at(frame.centers[k])}) rotate(${turn})`,
          class: "shell",
          style: `--color: ${series(k)}`,
        });
      }),
    );
    dot.setAttribute("cx", along(now));
    dot.setAttribute("cy", height(values[now]));
    const value = `${objective} ${fixed(frame.objective, 1)}`;
    svg.setAttribute(
      "aria-label",
      `${points.length} points and ${frame.centers.length} centers. ${frame.said} The ${value}.`,
    );
    say(`${frame.said} ${objective[0].toUpperCase()}${objective.slice(1)} ${fixed(frame.objective, 1)}.`);
    // A button that were disabled for good would lose the focus; these only say that they lead nowhere now.
    for (const each of [first, back]) each.setAttribute("aria-disabled", now === 0);
    for (const each of [next, last]) each.setAttribute("aria-disabled", now === frames.length - 1);
  };
  const go = (to) => {
    now = Math.min(frames.length - 1, Math.max(0, to));
    moments.input.value = now;
    moments.tell();
    draw();
  };
  const moments = slider({
    name: "moment",
    long: "moment of the run",
    min: 0,
    max: frames.length - 1,
    step: 1,
    value: 0,
    say: (value) => `${value} of ${frames.length - 1}`,
    change: (value) => {
      now = value;
      draw();
    },
  });
  const first = button("Start", () => go(0)),
    back = button("Back", () => go(now - 1));
  const next = button("Next", () => go(now + 1)),
    last = button("End", () => go(frames.length - 1));
  panel.append(
    svg,
    said,
    element("p", { class: "chart-title" }, `${objective}, from the first iteration on`),
    curve,
    element("div", { class: "row" }, first, back, next, last, moments.box),
  );
  draw();
});
