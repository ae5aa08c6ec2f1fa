import { checkOptions } from "../hyperparameter/members.ts";
import { type Displayed, displayed } from "./show_picture.ts";

/** A line to draw: losses or another figure over steps. */
export interface Curve {
  /** Its name in the legend. */
  readonly name: string;
  /** The values. */
  readonly y: ArrayLike<number>;
  /** As many values as of `y`; by default 0, 1, 2, … */
  readonly x?: ArrayLike<number>;
}

/** The size of the drawing, and the room for numbers left and below, in pixels. */
const [WIDTH, HEIGHT, LEFT, BELOW, ABOVE] = [640, 320, 64, 28, 24];
/** Colours that colour-blind people can distinguish (Okabe & Ito 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
/** About so many points of a curve are drawn. */
const MOST_POINTS = 2000;

/**
 * Makes a value that shows curves in one plot when it is the last one of a notebook cell.
 *
 * @param options.log Whether the vertical axis is logarithmic; values that are not positive are left out then (default: false).
 * @throws {RangeError} If a curve has not as many x as y, or there is no finite point.
 * @example
 * ```ts ignore
 * const losses: number[] = [];
 * for await (const event of train({ field, objective, data, optimizer, steps: 1000 })) losses.push(...event.losses);
 * showCurves([{ name: "loss", y: losses }], { log: true })
 * ```
 */
export function showCurves(curves: readonly Curve[], options: { readonly log?: boolean } = {}): Displayed {
  checkOptions("showCurves", options, { log: true });
  const { log = false } = options;
  const lines = curves.map((curve) => pointsOf(curve, log));
  const all = lines.flat();
  if (all.length === 0) throw new RangeError("showCurves: expected at least one finite point, found none.");
  const [x, y] = [0, 1].map((axis) => rangeOf(all.map((point) => point[axis])));
  const across = (value: number) => LEFT + (WIDTH - LEFT - 12) * (value - x.low) / (x.high - x.low);
  const down = (value: number) => HEIGHT - BELOW - (HEIGHT - BELOW - ABOVE) * (value - y.low) / (y.high - y.low);
  const shown = (value: number) => Number((log ? 10 ** value : value).toPrecision(3)).toString();
  const text = (at: [number, number], anchor: string, content: string, colour = "#444") =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${
      escaped(content)
    }</text>`;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => y.low + share * (y.high - y.low));
  const parts = [
    ...levels.map((level) =>
      `<line x1="${LEFT}" x2="${WIDTH - 12}" y1="${down(level).toFixed(1)}" y2="${
        down(level).toFixed(1)
      }" stroke="#ddd"/>`
    ),
    ...levels.map((level) => text([LEFT - 6, down(level) + 4], "end", shown(level))),
    ...[x.low, x.high].map((value, i) =>
      text([across(value), HEIGHT - 8], i === 0 ? "start" : "end", `${Number(value.toPrecision(6))}`)
    ),
    ...lines.map((line, i) => {
      const path = line.map((point) => `${across(point[0]).toFixed(1)},${down(point[1]).toFixed(1)}`).join(" ");
      return `<polyline points="${path}" fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="1.5"/>`;
    }),
    ...curves.map(({ name }, i) => text([LEFT + 110 * i, 14], "start", name, COLOURS[i % COLOURS.length])),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" ` +
    `font-size="11" style="background:#fff">${parts.join("")}</svg>`;
  return displayed("image/svg+xml", svg);
}

/** The points of a curve that can be drawn, thinned out, with y as it is drawn. */
function pointsOf({ name, x, y }: Curve, log: boolean): [number, number][] {
  if (x !== undefined && x.length !== y.length) {
    throw new RangeError(`showCurves: ${name}: expected as many x as y, found ${x.length} and ${y.length}.`);
  }
  const step = Math.max(1, Math.floor(y.length / MOST_POINTS));
  const points: [number, number][] = [];
  for (let i = 0; i < y.length; i += step) {
    const point: [number, number] = [x?.[i] ?? i, log ? Math.log10(y[i]) : y[i]];
    if (point.every(Number.isFinite)) points.push(point);
  }
  return points;
}

/** The range of values, never empty. */
function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
