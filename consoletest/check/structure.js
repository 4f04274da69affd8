// What the elements of a page lack that its accessibility tree does not tell.
(() => {
  const faults = [];
  const say = (text) => faults.push(text);
  const brief = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const empty = (text) => !text || !text.trim();
  const shown = (e) => e.checkVisibility();

  if (empty(document.documentElement.lang)) say("html has no lang");
  if (empty(document.title)) say("the page has no title");

  const ids = new Map();
  for (const e of document.querySelectorAll("[id]")) {
    if (ids.has(e.id)) say(`the id ${e.id} is there twice: ${brief(e)}`);
    ids.set(e.id, e);
  }
  for (const name of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const e of document.querySelectorAll(`[${name}]`)) {
      for (const id of e.getAttribute(name).split(/\s+/)) {
        if (!ids.has(id)) say(`${name} names ${id}, which is not there: ${brief(e)}`);
      }
    }
  }

  const current = [...document.querySelectorAll("nav [aria-current=page]")];
  if (current.length === 0) say("no link of a navigation has aria-current");
  for (const nav of document.querySelectorAll("nav")) {
    const own = nav.querySelectorAll("[aria-current=page]");
    if (own.length > 1) say(`${own.length} links of one navigation have aria-current: ${brief(nav)}`);
  }
  for (const e of current) {
    const at = e.href ? new URL(e.href).pathname : location.pathname;
    if (location.pathname !== at && !location.pathname.startsWith(at.replace(/\/?$/, "/"))) say(`aria-current is on a link to ${at}`);
  }

  for (const table of document.querySelectorAll("table")) {
    const caption = table.querySelector(":scope > caption");
    if (!caption || empty(caption.textContent)) say(`a table has no caption: ${brief(table)}`);
    const heads = table.querySelectorAll("th");
    if (heads.length === 0) say(`a table has no headers: ${brief(table)}`);
    for (const th of heads) {
      if (!th.scope) say(`a header has no scope: ${brief(th)}`);
      if (empty(th.textContent) && empty(th.getAttribute("aria-label"))) say(`a header is empty: ${brief(table)}`);
    }
  }

  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) say(`a tabindex changes the order: ${brief(e)}`);
  const live = document.querySelectorAll("[role=status], [aria-live=polite], output, [role=log]");
  if (live.length === 0) say("the page has no polite live region");

  // A graph is for eyes: its figures must be in a table of the same figure or section, or it is left out as decoration.
  for (const svg of document.querySelectorAll("svg")) {
    if (!shown(svg) || svg.closest("[aria-hidden=true]")) continue;
    const around = svg.closest("figure, section, article, details, td, li");
    if (!around || !around.querySelector("table")) say(`a graph has no table behind: ${brief(svg)}`);
  }
  return faults;
})()
