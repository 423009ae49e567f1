"use strict";

const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];
const by = (id) => document.getElementById(id);
const makerOf =
  (namespace) =>
  (name, attributes = {}, ...children) => {
    const made = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
const element = makerOf("http://www.w3.org/1999/xhtml");
const announce = (text) => (by("status").textContent = text);

root.classList.add("script");

// Theme: what the system says, or what the reader chose on this page.
const themes = ["auto", "light", "dark"];
by("theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme ?? "auto") + 1) % themes.length];
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  by("theme").textContent = `Theme: ${next}`;
});

// Fold or unfold all derivations.
const derivations = all("details.derivation");
by("fold").hidden = derivations.length === 0;
by("fold").addEventListener("click", () => {
  const folded = by("fold").getAttribute("aria-pressed") !== "true";
  by("fold").setAttribute("aria-pressed", folded);
  by("fold").textContent = folded ? "Unfold derivations" : "Fold derivations";
  for (const derivation of derivations) derivation.open = !folded;
});

// Show only the rows of tables whose verdict is not a pass, and only the tables that have some.
const judged = all("tr[data-tone]");
by("filter").closest("label").hidden = judged.length === 0;
by("filter").addEventListener("change", (event) => {
  root.classList.toggle("filtered", event.target.checked);
  const left = judged.filter((row) => row.dataset.tone !== "pass").length;
  const told = left
    ? `${left} of ${judged.length} rows shown`
    : `All ${judged.length} rows passed: none shown`;
  announce(event.target.checked ? told : "");
});

// The clipboard may be closed to pages opened from disk; a selected field is the way around.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
};
for (const button of all("button.copy")) {
  button.addEventListener("click", async () => {
    await copy(button.dataset.tex);
    button.textContent = "Copied";
    announce("LaTeX copied");
    setTimeout(() => (button.textContent = "Copy LaTeX"), 1200);
  });
}

// The files that came with the page, saved as they are.
for (const button of all("button[data-attachment]")) {
  button.addEventListener("click", () => {
    const file = new Blob([by(button.dataset.attachment).textContent], { type: "application/json" });
    const link = element("a", { href: URL.createObjectURL(file), download: button.dataset.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

// The contents mark the section that is being read. On a narrow screen they start folded and fold after use.
const contents = by("contents");
const narrow = matchMedia("(max-width: 60rem)");
const entries = all("nav a").map((link) => ({ link, section: by(decodeURIComponent(link.hash.slice(1))) }));
const mark = () => {
  const passed = entries.filter(({ section }) => section.getBoundingClientRect().top < innerHeight / 4);
  const current = passed.at(-1)?.link;
  const marked = contents.querySelector("[aria-current]");
  if (current === marked) return;
  marked?.removeAttribute("aria-current");
  current?.setAttribute("aria-current", "true");
  if (!current || narrow.matches) return;
  const nav = contents.parentElement;
  const [inner, outer] = [current.getBoundingClientRect(), nav.getBoundingClientRect()];
  if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 40)
    nav.scrollTop += inner.top - outer.top - outer.height / 3;
};
let marking = 0;
addEventListener(
  "scroll",
  () => {
    marking ||= requestAnimationFrame(() => {
      marking = 0;
      mark();
    });
  },
  { passive: true },
);
mark();
if (narrow.matches) contents.open = false;
contents.addEventListener("click", (event) => {
  if (narrow.matches && event.target.closest("a")) contents.open = false;
});

// What is too wide for its place can be scrolled by keyboard; all else is no stop for the Tab key.
const stops = () => {
  const boxes = all("main :is(.scroll, .why, .left, p)").map((box) => [
    box,
    box.scrollWidth > box.clientWidth + 1,
  ]);
  for (const [box, wide] of boxes) {
    if (wide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
let stopping = 0;
const stopsSoon = () => {
  clearTimeout(stopping);
  stopping = setTimeout(stops, 100);
};
addEventListener("load", stopsSoon);
addEventListener("resize", stopsSoon);
document.addEventListener("toggle", stopsSoon, { capture: true });

// A link into a folded derivation opens it; print shows all.
const reveal = () => {
  const target = location.hash && by(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
};
addEventListener("hashchange", reveal);
reveal();
addEventListener("beforeprint", () => all("details").forEach((details) => (details.open = true)));
