// What the figures that a reader can move are made of: drawings, sliders, buttons, a line that is read aloud.

const drawn = makerOf("http://www.w3.org/2000/svg");
const fixed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const series = (k) => `var(--series-${(k % 4) + 1})`;

let counter = 0;

// A slider with its name above it; `say` turns its value into words, which are shown and read aloud.
const slider = ({ name, long, min, max, step, value, say, change }) => {
  const id = `live-${++counter}`;
  const input = element("input", { type: "range", id, min, max, step, "aria-label": `${name}, ${long}` });
  const shown = element("span", { class: "value", "aria-hidden": "true" });
  const tell = () => {
    shown.textContent = say(Number(input.value));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  input.value = value;
  input.addEventListener("input", () => {
    tell();
    change(Number(input.value));
  });
  tell();
  const label = element("label", { for: id }, element("span", { class: "name" }, name), shown);
  return { box: element("div", { class: "slider" }, label, input), input, tell };
};

const button = (text, press, attributes = {}) => {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", press);
  return made;
};

// A line below a figure that screen readers announce, once the reader has come to rest.
const spoken = () => {
  const line = element("p", { class: "said", role: "status" });
  let waiting;
  const say = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (line.textContent = text), line.textContent ? 350 : 0);
  };
  return { line, say };
};

// `draw(panel, data)` fills every panel of one kind.
const live = (kind, draw) => {
  for (const panel of all(`[data-live=${kind}]`))
    draw(panel, JSON.parse(panel.firstElementChild.textContent));
};
