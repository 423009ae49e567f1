// A look at what a reference leads to, while the pointer or the focus rests on it. Escape closes it, and it
// stays while the pointer is on it (WCAG 2.1, 1.4.13).
{
  const card = element("div", { id: "preview", role: "tooltip", class: "preview", hidden: "" });
  document.body.append(card);
  let shown = null;
  let timer = 0;

  // What is cloned keeps its looks, and loses what belongs to the original: ids, controls, places in the tab order.
  const cleaned = (part) => {
    const copy = part.cloneNode(true);
    for (const gone of copy.querySelectorAll("button, script, .live, .anchor, .cited, .skip")) gone.remove();
    for (const each of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["id", "tabindex", "aria-labelledby"]) each.removeAttribute(name);
      if (["region", "group"].includes(each.getAttribute("role"))) each.removeAttribute("role");
      if (each.tagName === "A") each.removeAttribute("href");
      if (each.tagName === "DETAILS") each.open = true;
    }
    return copy;
  };

  // Of a section its heading and what it says first, up to its first formula.
  const excerpt = (target) => {
    if (target.tagName !== "SECTION") return [cleaned(target)];
    const parts = [];
    for (const part of target.children) {
      if (part.tagName === "SECTION" || parts.length === 4) break;
      parts.push(cleaned(part));
      if (part.matches(".equation, .callout, figure")) break;
    }
    return parts;
  };

  const hide = () => {
    clearTimeout(timer);
    card.hidden = true;
    shown?.removeAttribute("aria-describedby");
    shown = null;
  };
  const show = (link) => {
    const target = by(decodeURIComponent(link.hash.slice(1)));
    if (!target || link === shown) return;
    hide();
    shown = link;
    card.replaceChildren(...excerpt(target));
    card.hidden = false;
    const from = link.getClientRects()[0];
    const left = Math.min(Math.max(8, from.left - 16), root.clientWidth - card.offsetWidth - 8);
    const above = from.bottom + card.offsetHeight + 14 > innerHeight && from.top > card.offsetHeight + 14;
    const top = above ? from.top - card.offsetHeight - 6 : from.bottom + 6;
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${top + scrollY}px`;
    link.setAttribute("aria-describedby", "preview");
  };
  const soon = (act, wait) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };

  for (const link of all("a.ref")) {
    link.addEventListener(
      "pointerenter",
      (event) => event.pointerType === "mouse" && soon(() => show(link), 250),
    );
    link.addEventListener("pointerleave", () => soon(hide, 200));
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("click", hide);
  }
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => soon(hide, 200));
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
}
