// The contrast of each text to what is behind it, by WCAG's formula, of the colours that the browser has computed.
(() => {
  const least = 4.5;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  // rgba reads any colour that CSS can have: red, green and blue up to 255, alpha up to 1.
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = "#000";
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches &&
    /dark/.test(getComputedStyle(document.documentElement).colorScheme);
  const canvasColour = dark ? [18, 18, 18, 1] : [255, 255, 255, 1];

  // ground is what is behind the content of an element: the colours of it and of all that it is in.
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), canvasColour);
  };
  // Text of a graph may stand on a shape that is drawn before it.
  const shapes = (text) => {
    const svg = text.closest("svg");
    const box = text.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    let below = ground(svg.parentElement);
    for (const shape of svg.querySelectorAll("rect, circle, ellipse, path, polygon")) {
      if (text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING) break;
      const b = shape.getBoundingClientRect();
      const style = getComputedStyle(shape);
      if (style.fill === "none" || x < b.left || x > b.right || y < b.top || y > b.bottom) continue;
      const [r, g, bl, a] = rgba(style.fill);
      below = over([r, g, bl, a * style.fillOpacity * style.opacity], below);
    }
    return below;
  };
  const opacity = (e) => {
    let all = 1;
    for (let at = e; at; at = at.parentElement) all *= getComputedStyle(at).opacity;
    return all;
  };

  const faults = new Set();
  const judge = (e, text, style, colour) => {
    const below = e.closest("svg") ? shapes(e) : ground(e);
    const where = `<${e.localName}${e.id ? " id=" + e.id : ""}${e.getAttribute("class") ? ` class="${e.getAttribute("class")}"` : ""}>`;
    if (!below) return faults.add(`text on a picture: ${where}`);
    const [r, g, b, a] = rgba(colour);
    const front = over([r, g, b, a * opacity(e)], below);
    const has = ratio(front, below);
    if (has < least) {
      const name = (c) => "#" + c.slice(0, 3).map((v) => Math.round(v).toString(16).padStart(2, "0")).join("");
      faults.add(`contrast ${has.toFixed(2)} of ${name(front)} on ${name(below)}: ${where} ${JSON.stringify(text.trim().slice(0, 30))}`);
    }
  };

  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !e || e.closest("script, style, noscript, template, title, desc")) continue;
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(e);
    judge(e, node.data, style, e.closest("svg") ? style.fill : style.color);
  }
  for (const e of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select")) {
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    judge(e, e.value || "", getComputedStyle(e), getComputedStyle(e).color);
    if (e.placeholder) judge(e, e.placeholder, getComputedStyle(e), getComputedStyle(e, "::placeholder").color);
  }
  return [...faults];
})()
