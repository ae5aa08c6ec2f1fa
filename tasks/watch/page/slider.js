import { element } from "./element.js";

/**
 * A picture of the truth over one of the result, with a line between them that can be moved.
 *
 * @param {{ url: string, part: number, of: number }} truth A part of a picture of so many equal parts side by side.
 * @param {{ url: string, part: number, of: number }} result
 */
export function slider(truth, result) {
  const [below, above] = [windowOn(truth, "truth"), windowOn(result, "field")];
  above.classList.add("above");
  const edge = element("div.edge");
  const move = () => {
    above.style.clipPath = `inset(0 0 0 ${range.value}%)`;
    edge.style.left = `${range.value}%`;
  };
  const range = element("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 0.5,
    value: 50,
    "aria-label": "Truth on the left of the line, the field on its right",
    input: move,
  });
  const frame = element(
    "div.slider",
    {},
    below,
    above,
    edge,
    element("span.side", {}, "truth"),
    element("span.side.right", {}, "field"),
    range,
  );
  move();
  sized(frame, truth);
  return frame;
}

/** A part of a picture of several parts side by side. */
export function windowOn({ url, part, of }, label) {
  const made = element("div.window", { role: "img", "aria-label": label });
  made.style.backgroundImage = `url("${url}")`;
  made.style.backgroundSize = `${100 * of}% 100%`;
  made.style.backgroundPosition = of === 1 ? "0 0" : `${100 * part / (of - 1)}% 0`;
  return made;
}

/** Gives an element the proportions of a part of a picture. */
export function sized(target, { url, of }) {
  const image = new Image();
  image.addEventListener(
    "load",
    () => target.style.aspectRatio = `${image.naturalWidth / of} / ${image.naturalHeight}`,
  );
  image.src = url;
}
