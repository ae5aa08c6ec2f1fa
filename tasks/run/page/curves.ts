import { drawChart } from "../chart/chart.js";
import type { Point } from "../chart/thin.js";
import { capitalised, capitalLabel } from "./labels.js";
import type { PageRecord, RunPage } from "./model.ts";

/** What a record says about how far the run is, and what is no figure of the field. */
const OTHER = ["step", "epoch", "seconds", "hvps", "deviceLosses", "points"];

/** Figures whose curves are easier to read on a logarithmic axis. */
const LOGARITHMIC = /loss|entropy|error/i;

/** The size of a chart, in CSS pixels at its usual size: of the quality, and of another figure. */
const [LARGE, SMALL] = [{ width: 480, height: 270 }, { width: 320, height: 200 }];

/** The most charts of other figures than the quality. */
const MOST = 6;

/** Charts of the quality against steps and seconds, and smaller ones of the other figures against steps. */
export function curves(
  { records, quality }: Pick<RunPage, "records" | "quality">,
): { main: string[]; others: string[] } {
  const chart = (size: typeof LARGE, x: "step" | "seconds", figure: string, yLabel: string) => {
    const lines = [{ name: figure, colour: 0, points: pointsOf(records, x, figure) }];
    const yScale = LOGARITHMIC.test(figure) ? "log" : "linear";
    return drawChart({ ...size, xLabel: x === "step" ? "Step" : "Training time (s)", yLabel, yScale, lines }).svg;
  };
  const others = figuresOf(records).filter((figure) => figure !== quality.figure).slice(0, MOST);
  return {
    main: (["step", "seconds"] as const).map((x) => chart(LARGE, x, quality.figure, capitalised(quality.label))),
    others: others.map((figure) => chart(SMALL, "step", figure, capitalLabel(figure))),
  };
}

/** The figures of the field that records have. */
function figuresOf(records: readonly PageRecord[]): string[] {
  const all = new Set(records.flatMap((record) => Object.keys(record)));
  return [...all].filter((key) => !OTHER.includes(key) && records.some((record) => typeof record[key] === "number"));
}

function pointsOf(records: readonly PageRecord[], x: string, y: string): Point[] {
  return records.flatMap((record): Point[] => {
    const [at, value] = [record[x], record[y]];
    return typeof at === "number" && typeof value === "number" ? [[at, value]] : [];
  });
}
