"use strict";

const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];
const by = (id) => document.getElementById(id);

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
by("fold").addEventListener("click", () => {
  const folded = by("fold").getAttribute("aria-pressed") !== "true";
  by("fold").setAttribute("aria-pressed", folded);
  by("fold").textContent = folded ? "Unfold derivations" : "Fold derivations";
  for (const derivation of all("details.derivation")) derivation.open = !folded;
});

// Show only the rows of tables whose verdict is not a pass.
by("filter").addEventListener("change", (event) => {
  root.classList.toggle("filtered", event.target.checked);
  const left = all("tr[data-tone]:not([data-tone=pass])").length;
  by("status").textContent = event.target.checked ? `${left} of ${all("tr[data-tone]").length} rows shown` : "";
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
    setTimeout(() => (button.textContent = "Copy LaTeX"), 1200);
  });
}

// A link into a folded derivation opens it; a narrow screen starts with the contents folded; print shows all.
const reveal = () => {
  const target = location.hash && by(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
};
addEventListener("hashchange", reveal);
reveal();
if (matchMedia("(max-width: 60rem)").matches) by("contents").open = false;
addEventListener("beforeprint", () => all("details").forEach((details) => (details.open = true)));
