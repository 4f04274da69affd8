// What moves although the user wants nothing to move.
(() => {
  const faults = new Set();
  const where = (e) => `<${e.localName}${e.getAttribute("class") ? ` class="${e.getAttribute("class")}"` : ""}>`;
  const long = (durations) => durations.split(",").some((d) => parseFloat(d) * (d.trim().endsWith("ms") ? 1 : 1000) > 10);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) faults.add("the browser has not been told to reduce motion");
  for (const e of document.querySelectorAll("*")) {
    for (const part of [undefined, "::before", "::after"]) {
      const style = getComputedStyle(e, part);
      if (style.animationName !== "none" && long(style.animationDuration)) faults.add(`an animation: ${where(e)} ${style.animationName}`);
      if (style.transitionProperty !== "none" && long(style.transitionDuration)) faults.add(`a transition: ${where(e)} ${style.transitionProperty}`);
    }
    if (getComputedStyle(e).scrollBehavior === "smooth") faults.add(`it scrolls smoothly: ${where(e)}`);
  }
  for (const e of document.querySelectorAll("animate, animateTransform, animateMotion, marquee, blink")) faults.add(`it moves: ${where(e)}`);
  return [...faults];
})()
