import { duration, element, grouped } from "./element.js";
import { passes } from "./filter.js";

/** The columns: heading, what rows are sorted by, and the cell; `extra` ones make room for the details of a run in a narrow window. */
const COLUMNS = [
  { name: "Run", key: (row) => row.id, first: "ascending" },
  { name: "Status", key: (row) => row.status, first: "ascending" },
  { name: "Quality", key: (row) => row.quality, text: qualityText, number: true },
  { name: "Steps", key: (row) => row.step, text: stepsText, number: true },
  { name: "Time", key: (row) => row.seconds, text: (row) => duration(row.seconds), number: true },
  { name: "Field", key: (row) => row.field, text: (row) => row.field, first: "ascending" },
  { name: "Optimizer", key: (row) => row.optimizer, text: (row) => row.optimizer, first: "ascending" },
  { name: "Rate", key: (row) => row.rate, text: (row) => String(row.rate ?? ""), number: true, extra: true },
  { name: "Schedule", key: (row) => row.schedule, text: (row) => row.schedule, first: "ascending", extra: true },
  { name: "Changed", key: (row) => row.date, text: (row) => timeText(row.date), number: true },
];

function qualityText({ quality, qualityForm }) {
  if (quality === undefined) return "";
  const { digits, unit = "" } = qualityForm;
  return `${quality.toFixed(digits).replace("-", "−").replace("Infinity", "∞")}${unit}`;
}

function stepsText({ step, steps }) {
  return step < steps ? `${grouped(step)} of ${grouped(steps)}` : grouped(step);
}

function timeText(date) {
  const time = new Date(date);
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? clock : `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

/** The table of runs. */
export class Table {
  #sort = { column: COLUMNS.length - 1, descending: true };
  #most = 200;

  /**
   * @param place The element that the table is put into.
   * @param {{ rows: Map, colours: object, opened: () => string, choose: Function, open: Function }} app
   */
  constructor(place, app) {
    this.app = app;
    const changed = () => this.draw();
    this.filter = element("input", {
      type: "search",
      id: "filter",
      placeholder: "words, or optimizer=soap quality>30",
      "aria-label": "Filter the runs",
      input: changed,
    });
    this.status = element(
      "select",
      { "aria-label": "Status of the runs", change: changed },
      ...["any status", "running", "finished", "stopped", "diverged", "failed", "interrupted"].map((text) =>
        element("option", {}, text)
      ),
    );
    this.count = element("span.quiet", { role: "status" });
    const none = element("button", { type: "button", click: () => app.choose([], true) }, "No curves");
    const shown = element("button", {
      type: "button",
      title: "Draw the curves of the runs at the top of the table",
      click: () => app.choose(this.rows.slice(0, 8).map(({ id }) => id), true),
    }, "Curves of the first 8");
    this.head = element("thead");
    this.body = element("tbody");
    this.more = element("button", { type: "button", hidden: true, click: () => (this.#most += 500, this.draw()) });
    place.append(
      element("div.bar", {}, this.filter, this.status, shown, none, this.count),
      element("div.scroll", {}, element("table.runs", {}, this.head, this.body)),
      this.more,
    );
  }

  /** The rows that pass the filter, in the order of the table. */
  get rows() {
    const status = this.status.selectedIndex === 0 ? undefined : this.status.value;
    const { column, descending } = this.#sort;
    const { key } = COLUMNS[column];
    const sign = descending ? -1 : 1;
    return [...this.app.rows.values()]
      .filter((row) => (status === undefined || row.status === status) && passes(row, this.filter.value))
      .sort((a, b) => compare(key(a), key(b), sign) || compare(a.id, b.id, 1));
  }

  draw() {
    const { rows } = this;
    this.head.replaceChildren(
      element("tr", {}, element("th", {}, hidden("Curve")), ...COLUMNS.map((_, i) => this.#heading(i))),
    );
    this.body.replaceChildren(...rows.slice(0, this.#most).map((row) => this.#row(row)));
    const all = this.app.rows.size;
    this.count.textContent = all === 0
      ? "No runs yet; they appear here as soon as they begin."
      : rows.length === all
      ? `${all} ${all === 1 ? "run" : "runs"}`
      : `${rows.length} of ${all} runs`;
    this.more.hidden = rows.length <= this.#most;
    this.more.textContent = `${rows.length - this.#most} more`;
  }

  #heading(index) {
    const { name, first } = COLUMNS[index];
    const { column, descending } = this.#sort;
    const isSorted = column === index;
    const click = () => {
      this.#sort = { column: index, descending: isSorted ? !descending : first !== "ascending" };
      this.draw();
    };
    const mark = isSorted ? (descending ? " ↓" : " ↑") : "";
    return element(
      cellName("th", COLUMNS[index]),
      { scope: "col", "aria-sort": isSorted ? (descending ? "descending" : "ascending") : "none" },
      element("button.sort", { type: "button", click }, name + mark),
    );
  }

  #row(row) {
    const { colours, choose, open, opened } = this.app;
    const colour = colours.of(row.id);
    const box = element("input", {
      type: "checkbox",
      checked: colour !== undefined,
      "aria-label": `Curve of ${row.id}`,
      change: ({ target }) => choose([row.id], false, target.checked),
    });
    const mark = element(`span.swatch${colour === undefined ? "" : `.c${colour % 8}`}`, {}, box);
    const cells = COLUMNS.slice(2).map((column) => {
      const title = column.name === "Quality" ? row.qualityForm?.label ?? "" : "";
      return element(cellName("td", column), { title }, column.text(row));
    });
    const folder = row.id.slice(0, row.id.length - row.name.length);
    return element(
      `tr${opened() === row.id ? ".open" : ""}`,
      {},
      element("td", {}, mark),
      element(
        "td.name",
        {},
        element(
          "button.link",
          { type: "button", click: () => open(row.id) },
          element("span.quiet", {}, folder),
          row.name,
        ),
      ),
      element("td", {}, statusMark(row)),
      ...cells,
    );
  }
}

function cellName(tag, { number, extra }) {
  return `${tag}${number ? ".number" : ""}${extra ? ".extra" : ""}`;
}

/** The status of a run, and what is wrong with its files. */
export function statusMark({ status, problem }) {
  if (problem === undefined) return element(`span.status.${status}`, {}, status);
  return element("span.status.diverged", { title: problem }, "cannot be read");
}

/** Rows that lack a value come last. */
function compare(a, b, sign) {
  const [lacksA, lacksB] = [a === undefined || a === "", b === undefined || b === ""];
  if (lacksA || lacksB) return Number(lacksA) - Number(lacksB);
  return a < b ? -sign : a > b ? sign : 0;
}

function hidden(text) {
  return element("span.hidden", {}, text);
}
