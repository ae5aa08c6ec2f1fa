import { drawChart } from "./chart.js";
import { element } from "./element.js";
import { capitalLabel } from "./labels.js";

const AXES = [["step", "Steps", "Step"], ["seconds", "Seconds", "Training time (s)"], ["epoch", "Epochs", "Epoch"]];
/** What is no figure of a field. */
const OTHER = ["step", "epoch", "seconds", "hvps", "points", "deviceLosses"];
const HEIGHT = 340;

/** The curves of the chosen runs on top of one another. */
export class Curves {
  /** What is known of each run: the generation of its file, and its columns. */
  #data = new Map();
  #loading = new Map();

  /** @param {{ rows: Map, colours: object, remember: () => void }} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    const changed = () => (this.draw(), app.remember());
    this.figure = element("select", { "aria-label": "Figure", change: changed });
    this.axis = element(
      "select",
      { "aria-label": "Horizontal axis", change: changed },
      ...AXES.map(([value, name]) => element("option", { value }, `against ${name.toLowerCase()}`)),
    );
    this.logX = element("input", { type: "checkbox", change: changed });
    this.logY = element("input", { type: "checkbox", change: changed });
    this.chart = element("div.plot");
    this.line = element("div.cursor", { hidden: true });
    this.readout = element("div.readout", { hidden: true });
    this.legend = element("ul.legend");
    place.append(
      element(
        "div.bar",
        {},
        this.figure,
        this.axis,
        element("label", {}, this.logX, " log across"),
        element("label", {}, this.logY, " log up"),
      ),
      element(
        "div.plot-frame",
        { pointermove: (event) => this.#point(event), pointerleave: () => this.#leave() },
        this.chart,
        this.line,
        this.readout,
      ),
      this.legend,
    );
    new ResizeObserver(() => this.draw()).observe(place);
  }

  /** Fetches what is new of the chosen runs, and draws them. */
  async update() {
    await Promise.all(this.app.colours.ids.map((id) => this.#load(id)));
    this.draw();
  }

  async #load(id) {
    const row = this.app.rows.get(id);
    if (row === undefined || this.#loading.has(id)) return;
    const [generation, count] = row.measured;
    const known = this.#data.get(id);
    const fits = known?.generation === generation;
    if (fits && known.count >= count) return;
    const from = fits ? known.count : 0;
    const loading = fetch(`/api/curves?run=${encodeURIComponent(id)}&from=${from}`).then((each) =>
      each.ok ? each.json() : undefined
    );
    this.#loading.set(id, loading);
    const found = await loading.catch(() => undefined).finally(() => this.#loading.delete(id));
    if (found === undefined) return;
    if (from > 0 && found.generation === known.generation) this.#append(known, found);
    else if (from === 0) this.#data.set(id, found);
    else this.#data.delete(id);
  }

  /** Adds new measurements to those that are known. */
  #append(known, { count, columns }) {
    const added = count - known.count;
    for (const name of new Set([...Object.keys(known.columns), ...Object.keys(columns)])) {
      const before = known.columns[name] ?? new Array(known.count).fill(null);
      known.columns[name] = [...before, ...columns[name] ?? new Array(added).fill(null)];
    }
    known.count = count;
  }

  draw() {
    const { colours, rows } = this.app;
    const ids = colours.ids.filter((id) => rows.has(id));
    this.place.hidden = ids.length === 0;
    if (ids.length === 0) return;
    this.#fillFigures(ids);
    const [axis, figure] = [this.axis.value, this.figure.value];
    this.lines = ids.map((id) => ({ name: id, colour: colours.of(id), points: this.#points(id, axis, figure) }));
    const width = Math.max(280, this.chart.clientWidth);
    this.drawn = drawChart({
      width,
      height: HEIGHT,
      xLabel: AXES.find(([value]) => value === axis)[2],
      yLabel: capitalLabel(figure),
      xScale: this.logX.checked ? "log" : "linear",
      yScale: this.logY.checked ? "log" : "linear",
      lines: this.lines,
    });
    // The chart escapes all texts that it shows.
    this.chart.innerHTML = this.drawn.svg;
    this.legend.replaceChildren(...this.lines.map(({ name, colour, points }) => {
      const none = points.length === 0;
      return element(
        `li.c${colour % 8}${none ? ".none" : ""}`,
        {},
        element("span", {}, none ? `${name} (no such figure)` : name),
      );
    }));
    this.#leave();
  }

  #points(id, axis, figure) {
    const { columns = {} } = this.#data.get(id) ?? {};
    const [x = [], y = []] = [columns[axis], columns[figure]];
    return x.flatMap((at, i) => at === null || (y[i] ?? null) === null ? [] : [[at, y[i]]]);
  }

  /** The figures that some chosen run has; the quality of the first one is chosen at first. */
  #fillFigures(ids) {
    const names = new Set(ids.flatMap((id) => Object.keys(this.#data.get(id)?.columns ?? {})));
    const figures = [...names].filter((name) => !OTHER.includes(name));
    const before = this.wanted ?? this.figure.value;
    const first = ids.map((id) => this.app.rows.get(id).figure).find((name) => names.has(name));
    if (figures.join() !== [...this.figure.options].map(({ value }) => value).join()) {
      this.figure.replaceChildren(...figures.map((value) => element("option", { value }, capitalLabel(value))));
    }
    const chosen = figures.includes(before) ? before : first ?? figures[0] ?? "";
    if (figures.includes(this.wanted)) this.wanted = undefined;
    this.figure.value = chosen;
  }

  /** Shows the values of all lines at the pointer. */
  #point(event) {
    const { left, right, top, bottom, x } = this.drawn;
    const frame = this.chart.getBoundingClientRect();
    const part = (event.clientX - frame.left - left) / (right - left);
    if (part < 0 || part > 1) return this.#leave();
    const at = x.type === "log" ? x.min * (x.max / x.min) ** part : x.min + part * (x.max - x.min);
    const values = this.lines.flatMap(({ name, colour, points }) => {
      const nearest = points.reduce(
        (best, each) => best && Math.abs(best[0] - at) <= Math.abs(each[0] - at) ? best : each,
        undefined,
      );
      return nearest === undefined ? [] : [{ name, colour, nearest }];
    }).sort((a, b) => b.nearest[1] - a.nearest[1]);
    Object.assign(this.line.style, {
      left: `${left + part * (right - left)}px`,
      top: `${top}px`,
      height: `${bottom - top}px`,
    });
    this.readout.replaceChildren(
      element("p", {}, `${this.axis.selectedOptions[0].text.replace("against ", "")} ${short(at)}`),
      ...values.slice(0, 12).map(({ name, colour, nearest }) =>
        element(`p.c${colour % 8}`, {}, element("b", {}, short(nearest[1])), ` ${name}`)
      ),
    );
    this.readout.style.left = part < 0.5 ? `${left + part * (right - left) + 12}px` : "";
    this.readout.style.right = part < 0.5 ? "" : `${frame.width - left - part * (right - left) + 12}px`;
    this.line.hidden = this.readout.hidden = false;
  }

  #leave() {
    this.line.hidden = this.readout.hidden = true;
  }
}

function short(value) {
  return String(Number(value.toPrecision(5))).replace("-", "−");
}
