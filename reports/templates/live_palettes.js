// A picture in k colors: every pixel in the nearest color of a palette that k-means found beforehand.

live("palettes", (panel, data) => {
  const source = panel.closest("figure").querySelectorAll(".picture image, .picture img")[data.image];
  const picture = new Image();
  const canvas = element("canvas", { role: "img" });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const { line: said, say } = spoken();
  const swatches = element("div", { class: "swatches", "aria-hidden": "true" });
  let original;
  let place = data.palettes.findIndex((palette) => palette.colors.length === data.size);

  const nearest = (pixels, colors) => {
    const shown = new ImageData(original.width, original.height);
    for (let at = 0; at < pixels.length; at += 4) {
      let best = colors[0];
      let least = Infinity;
      for (const color of colors) {
        const red = pixels[at] - color[0],
          green = pixels[at + 1] - color[1],
          blue = pixels[at + 2] - color[2];
        const distance = red * red + green * green + blue * blue;
        if (distance < least) {
          least = distance;
          best = color;
        }
      }
      shown.data[at] = best[0];
      shown.data[at + 1] = best[1];
      shown.data[at + 2] = best[2];
      shown.data[at + 3] = 255;
    }
    return shown;
  };
  const whole = button(
    "Show the original",
    () => {
      whole.setAttribute("aria-pressed", whole.getAttribute("aria-pressed") !== "true");
      draw();
    },
    { "aria-pressed": "false" },
  );

  const draw = () => {
    const { colors, distortion } = data.palettes[place];
    if (whole.getAttribute("aria-pressed") === "true") {
      context.putImageData(original, 0, 0);
      canvas.setAttribute("aria-label", "The original picture.");
      say("The original: 24 bits a pixel.");
    } else {
      context.putImageData(nearest(original.data, colors), 0, 0);
      canvas.setAttribute("aria-label", `The picture in ${colors.length} colors.`);
      const bits = Math.ceil(Math.log2(colors.length));
      const size = `${bits} ${bits === 1 ? "bit" : "bits"} a pixel instead of 24`;
      say(`${colors.length} colors: ${size}, distortion ${distortion.toFixed(1)}.`);
    }
    swatches.replaceChildren(
      ...colors.map((color) => element("span", { style: `background: rgb(${color})` })),
    );
  };
  const colors = slider({
    name: "k",
    long: "number of colors",
    min: 0,
    max: data.palettes.length - 1,
    step: 1,
    value: place,
    say: (value) => `${data.palettes[value].colors.length} colors`,
    change: (value) => {
      place = value;
      whole.setAttribute("aria-pressed", "false");
      draw();
    },
  });
  picture.addEventListener("load", () => {
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    context.drawImage(picture, 0, 0);
    original = context.getImageData(0, 0, canvas.width, canvas.height);
    panel.append(canvas, swatches, said, element("div", { class: "row" }, colors.box, whole));
    draw();
  });
  picture.src = source.getAttribute("href") ?? source.src;
});
