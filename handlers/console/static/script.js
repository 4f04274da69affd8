// The console's pages work without this script. With it, a page follows its stream: what changes is put into what is there,
// so that the focus, a selection, open details, typed text and scrolled places stay.
"use strict";

const retryAfter = 3000; // milliseconds

document.documentElement.classList.add("js");

// ---- The stream

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const live = main === null ? undefined : main.dataset.live; // the address of the stream, if there is one

let source = null; // the EventSource, while the tab is seen
let retry = 0; // the timer of the next attempt
let away = null; // since when the emulator does not answer

function join() {
  if (live === undefined || source !== null || document.hidden) {
    return;
  }
  clearTimeout(retry);
  source = new EventSource(live);
  source.addEventListener("open", back);
  source.addEventListener("fragments", (event) => {
    back();
    put(event.data);
  });
  source.addEventListener("error", () => {
    if (source !== null && source.readyState === EventSource.CLOSED) {
      leave();
      look(); // which tells a refusal from silence
    } else {
      gone();
    }
  });
}

// A tab that is not seen gives its connection back: a browser has six for all tabs.
function leave() {
  clearTimeout(retry);
  if (source !== null) {
    source.close();
    source = null;
  }
}

// look reads the page where its stream was refused: the thing may be gone, or the emulator.
async function look() {
  try {
    const answer = await fetch(live, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("main");
    if (next !== null) {
      change(() => morph(main, next));
    }
    back();
  } catch {
    gone();
  }
  clearTimeout(retry);
  retry = setTimeout(join, retryAfter);
}

function gone() {
  if (away === null) {
    away = new Date();
    say("The emulator does not answer since " + away.toTimeString().slice(0, 8) + ". This page is as it was then, and catches up once it is back.", "away");
  }
}

function back() {
  if (away !== null) {
    away = null;
    say("The emulator is back.", "back");
  }
}

function say(text, state) {
  connection.textContent = text;
  connection.className = state;
  connection.hidden = false;
  if (state === "back") {
    setTimeout(() => {
      if (away === null) {
        connection.hidden = true;
      }
    }, 4000);
  }
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : join()));
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", join);

// ---- Fragments

// put replaces elements of the page by elements of a fragment that have their ids.
function put(html) {
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  change(() => {
    for (const next of [...parsed.content.children]) {
      const old = document.getElementById(next.id);
      if (old !== null) {
        morph(old, next);
      }
    }
  });
}

// change does something to the page, and keeps the focus and what scrolls with its end.
function change(what) {
  const focused = document.activeElement;
  const range = selected(focused);
  const following = [...document.querySelectorAll("[data-follow]")].filter(atEnd).map((each) => each.id);
  what();
  for (const id of following) {
    toEnd(document.getElementById(id));
  }
  if (focused !== null && focused !== document.body && document.activeElement !== focused) {
    if (focused.isConnected) {
      focused.focus({ preventScroll: true });
      if (range !== null) {
        focused.setSelectionRange(range[0], range[1]);
      }
    } else if (document.activeElement === document.body) {
      main.focus({ preventScroll: true }); // what had the focus is gone
    }
  }
  const top = document.getElementById("top");
  if (top !== null && top.dataset.title && document.title !== top.dataset.title) {
    document.title = top.dataset.title;
  }
  tick();
}

function selected(field) {
  try {
    return field.selectionStart === null || field.selectionStart === undefined ? null : [field.selectionStart, field.selectionEnd];
  } catch {
    return null; // a field without a selection
  }
}

function atEnd(area) {
  return area.scrollHeight - area.scrollTop - area.clientHeight < 8;
}

function toEnd(area) {
  if (area !== null) {
    area.scrollTop = area.scrollHeight;
  }
}

// morph makes an element like another one, and keeps it and what of it is alike.
function morph(old, next) {
  if (old.isEqualNode(next)) {
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== next.nodeValue) {
      old.nodeValue = next.nodeValue;
    }
    return;
  }
  if (old.nodeName !== next.nodeName) {
    old.replaceWith(next);
    return;
  }
  attributes(old, next);
  children(old, next);
}

// attributes leaves to the reader which details are open. What is typed in a field stays: its attribute is only what it was at first.
function attributes(old, next) {
  const kept = old.nodeName === "DETAILS" ? "open" : "";
  for (const { name } of [...old.attributes]) {
    if (name !== kept && !next.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of next.attributes) {
    if (name !== kept && old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
}

// children finds those with an id by it, and others by their place.
function children(old, next) {
  const named = new Map();
  for (const child of old.children) {
    if (child.id) {
      named.set(child.id, child);
    }
  }
  const stays = new Set([...next.children].map((child) => child.id));
  let at = old.firstChild;
  const forward = () => {
    while (at !== null && at.id && !stays.has(at.id)) {
      const left = at;
      at = at.nextSibling;
      left.remove();
    }
  };
  for (const child of [...next.childNodes]) {
    forward();
    const match = child.id ? named.get(child.id) : at !== null && !at.id && alike(at, child) ? at : undefined;
    if (match === undefined || match.nodeName !== child.nodeName) {
      old.insertBefore(child, at);
      continue;
    }
    if (match === at) {
      at = at.nextSibling;
    } else {
      old.insertBefore(match, at);
    }
    named.delete(child.id); // another one of the same id is not put over it
    morph(match, child);
  }
  while (at !== null) {
    const left = at;
    at = at.nextSibling;
    left.remove();
  }
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName;
}

// ---- The clock

let shown = null; // what the clock element said, and when

// tick has the emulator's clock go on at its speed.
function tick() {
  const clock = document.getElementById("clock");
  if (clock === null || away !== null) {
    return;
  }
  const { now, speed } = clock.dataset;
  if (shown === null || shown.now !== now || shown.speed !== speed) {
    shown = { now, speed, at: performance.now() };
  }
  const time = new Date(Number(now) + (performance.now() - shown.at) * Number(speed));
  const text = time.toISOString().slice(0, 19).replace("T", " ") + " UTC" + (speed === "1" ? "" : " · speed " + speed);
  if (clock.firstElementChild.textContent !== text) {
    clock.firstElementChild.textContent = text;
  }
}

setInterval(tick, 1000);

// ---- Texts to copy

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (button === null) {
    return;
  }
  const from = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(from.textContent);
    say("Copied.", "back");
  } catch {
    getSelection().selectAllChildren(from); // the reader copies it
  }
});

for (const area of document.querySelectorAll("[data-follow]")) {
  toEnd(area);
}
join();
