import { element } from "./element.js";

const FRAMES_PER_SECOND = 15;

/**
 * Plays the frames of a camera path.
 *
 * @param {string} name
 * @param {readonly string[]} addresses
 */
export function player(name, addresses) {
  const picture = element("img", { alt: `Frame of the path ${name}`, src: addresses[0] });
  const place = element("input", {
    type: "range",
    min: 0,
    max: addresses.length - 1,
    value: 0,
    "aria-label": `Frame of the path ${name}`,
    input: () => (stop(), show(Number(place.value))),
  });
  const button = element("button", { type: "button", click: () => timer === undefined ? play() : stop() }, "Play");
  const count = element("span.quiet.count");
  /** @type {HTMLImageElement[]} */
  let frames = [];
  let timer;
  const show = (index) => {
    place.value = String(index);
    picture.src = addresses[index];
    count.textContent = `${index + 1} of ${addresses.length}`;
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    button.textContent = "Play";
  };
  const play = () => {
    // All frames are fetched before they are needed.
    if (frames.length === 0) frames = addresses.map((address) => Object.assign(new Image(), { src: address }));
    button.textContent = "Pause";
    timer = setInterval(() => {
      if (!picture.isConnected) return stop();
      const next = (Number(place.value) + 1) % addresses.length;
      if (frames[next].complete) show(next);
    }, 1000 / FRAMES_PER_SECOND);
  };
  show(0);
  return element("figure.player", {}, picture, element("div.bar", {}, button, place, count));
}
