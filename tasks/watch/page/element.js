/**
 * Makes an element. Texts become text and never markup, because they come from files of runs.
 *
 * @param {string} name The element's name, with classes: "td.number".
 * @param {Record<string, unknown>} [properties] Properties of the element; those that begin with "aria-" or are "role" are attributes, and
 *   functions are listeners: `{ click: () => {} }`.
 * @param {(Node | string | undefined)[]} content
 */
export function element(name, properties = {}, ...content) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (/^(aria-|data-|role$|for$)/.test(key)) made.setAttribute(key, String(value));
    else made[key] = value;
  }
  made.append(...content.filter((each) => each !== undefined));
  return made;
}

/** The address of a file of a run. */
export function fileAddress(run, file, version) {
  const path = [...run.split("/"), ...file.split("/")].map(encodeURIComponent).join("/");
  return `/files/${path}${version === undefined ? "" : `?v=${version}`}`;
}

/** "42 s", "3 min 05 s", "2 h 07 min", as tasks print it. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (count) => String(count).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A number with grouped thousands, as charts write it. */
export function grouped(number) {
  const text = String(number);
  return text.length > 4 ? text.replace(/(?<=\d)(?=(\d{3})+$)/g, "\u00a0") : text;
}
