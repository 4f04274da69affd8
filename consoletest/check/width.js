// Whether the page scrolls sideways, and which elements are too wide; what is within an element that scrolls itself is not.
(() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [];
  for (const e of document.body.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (box.right + scrollX <= root.clientWidth + 1 || box.width === 0) continue;
    let scrolls = false;
    for (let at = e.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") scrolls = true;
    }
    if (!scrolls) wide.push(`<${e.localName}${e.id ? " id=" + e.id : ""}${e.getAttribute("class") ? ` class="${e.getAttribute("class")}"` : ""}>`);
  }
  return [`the page is ${root.scrollWidth} pixels wide, its room ${root.clientWidth}: ${[...new Set(wide)].slice(-4).join(", ")}`];
})()
