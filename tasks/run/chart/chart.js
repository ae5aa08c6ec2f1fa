// @ts-check
/**
 * Line charts as SVG text. Colours are variables of the page's style sheet (`chart.css`), so that a chart is light or dark with its page. It is
 * JavaScript, because browsers get it as it is; it needs no document.
 *
 * @module
 */

import { axisScale, isDrawable, positionOn } from "./axis_scale.js";
import { thin } from "./thin.js";

/**
 * A line of a chart.
 *
 * @typedef {object} ChartLine
 * @property {string} name What the line shows, for the chart's description.
 * @property {number} colour The number of its colour, from 0.
 * @property {readonly import("./thin.js").Point[]} points The points in drawing order; those that the axes cannot show are left out.
 */

/**
 * A chart.
 *
 * @typedef {object} Chart
 * @property {number} width Width in the units of the picture, which are CSS pixels where it is shown in its own size.
 * @property {number} height
 * @property {string} xLabel
 * @property {string} yLabel
 * @property {import("./axis_scale.js").ScaleType} [xScale] Linear by default.
 * @property {import("./axis_scale.js").ScaleType} [yScale] Linear by default.
 * @property {readonly ChartLine[]} lines
 */

/** Colours in `chart.css`; further lines are dashed. */
const COLOURS = 8;
const DASHES = ["", "7 4", "2 3"];

const TOP = 26;
const RIGHT = 14;
const BOTTOM = 42;
/** Lines of at most this many points show them as dots. */
const MARKED_POINTS = 25;
/** The width of a character of a tick's label, for all characters, because text cannot be measured here. */
const CHARACTER_WIDTH = 6.6;

/**
 * Where a chart's lines are, and the SVG of the chart.
 *
 * @param {Chart} chart
 * @returns {{ svg: string, left: number, right: number, top: number, bottom: number, x: import("./axis_scale.js").AxisScale,
 *   y: import("./axis_scale.js").AxisScale }} The edges of the plotted area and its axes, to find what a pointer points at.
 */
export function drawChart(chart) {
  const { width, height, xLabel, yLabel, xScale = "linear", yScale = "linear", lines } = chart;
  const shown = lines.map((line) => ({
    ...line,
    points: line.points.filter(([x, y]) => isDrawable(x, xScale) && isDrawable(y, yScale)),
  }));
  const all = shown.flatMap(({ points }) => points);
  const x = axisScale(all.map(([value]) => value), xScale, true);
  const y = axisScale(all.map(([, value]) => value), yScale, false);
  const labels = y.ticks.map((tick) => widthOf(y.label(tick)));
  const [left, right, top, bottom] = [Math.max(0, ...labels) + 14, width - RIGHT, TOP, height - BOTTOM];
  /** @type {(value: number) => number} */
  const across = (value) => left + positionOn(x, value) * (right - left);
  /** @type {(value: number) => number} */
  const down = (value) => bottom - positionOn(y, value) * (bottom - top);
  const parts = [
    ...y.ticks.map((tick) => horizontal(down(tick), left, right, y.label(tick))),
    ...spaced(x.ticks, across, x.label).map((tick) => vertical(across(tick), top, bottom, x.label(tick))),
    `<path class="frame" d="M${left} ${top}V${round(bottom)}H${round(right)}"/>`,
    `<text class="name" x="${left}" y="14"${fitted(yLabel, width - left)}>${escaped(yLabel)}</text>`,
    `<text class="name" x="${round((left + right) / 2)}" y="${height - 8}" text-anchor="middle">${
      escaped(xLabel)
    }</text>`,
    ...shown.map((line) => drawLine(line, across, down)),
  ];
  const title = `${yLabel} against ${xLabel}: ${shown.map(describe).join("; ") || "nothing yet"}`;
  const svg = `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">` +
    `${parts.join("")}</svg>`;
  return { svg, left, right, top, bottom, x, y };
}

/** @param {ChartLine} line */
function describe({ name, points }) {
  const last = points.at(-1);
  return last === undefined
    ? `${name}: no values`
    : `${name}: ${points.length} values, the last one ${number(last[1])}`;
}

/** @param {number} value */
function number(value) {
  return String(Number(value.toPrecision(4)));
}

/**
 * @param {number} at
 * @param {number} left
 * @param {number} right
 * @param {string} label
 */
function horizontal(at, left, right, label) {
  return `<path class="grid" d="M${left} ${round(at)}H${round(right)}"/>` +
    `<text x="${left - 7}" y="${round(at + 4)}" text-anchor="end">${raised(label)}</text>`;
}

/**
 * @param {number} at
 * @param {number} top
 * @param {number} bottom
 * @param {string} label
 */
function vertical(at, top, bottom, label) {
  return `<path class="grid" d="M${round(at)} ${top}V${round(bottom)}"/>` +
    `<text x="${round(at)}" y="${round(bottom + 16)}" text-anchor="middle">${raised(label)}</text>`;
}

/**
 * The ticks whose labels do not touch one another.
 *
 * @param {readonly number[]} ticks
 * @param {(value: number) => number} across
 * @param {(tick: number) => string} label
 */
function spaced(ticks, across, label) {
  let end = -Infinity;
  return ticks.filter((tick) => {
    const half = widthOf(label(tick)) / 2;
    if (across(tick) - half < end) return false;
    end = across(tick) + half + 10;
    return true;
  });
}

/**
 * @param {ChartLine} line
 * @param {(value: number) => number} across
 * @param {(value: number) => number} down
 */
function drawLine({ name, colour, points }, across, down) {
  const kept = thin(points, (value) => Math.round(across(value)));
  const path = kept.map(([x, y]) => `${round(across(x))} ${round(down(y))}`).join("L");
  const dash = DASHES[Math.floor(colour / COLOURS) % DASHES.length];
  const marks = kept.length > MARKED_POINTS
    ? []
    : kept.map(([x, y]) =>
      `<circle cx="${round(across(x))}" cy="${round(down(y))}" r="2.5"><title>${
        escaped(`${name}: ${number(y)} at ${number(x)}`)
      }</title></circle>`
    );
  return `<g class="line c${colour % COLOURS}">` +
    (path === "" ? "" : `<path d="M${path}"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/>`) +
    `${marks.join("")}</g>`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} label */
function widthOf(label) {
  return label.length * CHARACTER_WIDTH;
}

/**
 * The attributes of a text that is drawn closer together where it would not fit, so that nothing of it is cut off.
 *
 * @param {string} label
 * @param {number} room
 */
function fitted(label, room) {
  return widthOf(label) <= room ? "" : ` textLength="${round(room)}" lengthAdjust="spacingAndGlyphs"`;
}

/**
 * A label with its exponent raised. Superscript characters would be simpler, but many fonts lack most of them.
 *
 * @param {string} label
 */
function raised(label) {
  return escaped(label).replace(/\^(−?\d+)$/, '<tspan dy="-0.45em" font-size="75%">$1</tspan>');
}

/**
 * A text without markup, and without characters that change how others are written.
 *
 * @param {string} text
 */
function escaped(text) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd").replaceAll("&", "&amp;").replaceAll(
    "<",
    "&lt;",
  ).replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
