import { matrixDensity } from "../../../lib/curvature/product_density.ts";
import { object, optional } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun, lastSteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import {
  densitiesShape,
  percent,
  type Shares,
  sharesFigures,
  type StoredDensities,
  storedDensities,
} from "./shares.ts";

/** What is measured of one Hessian; undefined for the field of a run that has too many parameters. */
interface Densities {
  readonly explicit?: StoredDensities;
}

/** How many entries of an explicit Hessian are 0 or next to 0; those of a layer are the rows of its parameters. */
export const hessianDensity: Measurement<Densities> = {
  name: "hessian-density",
  doing: "density of the explicit Hessian",
  needs: "matrices",
  shape: object({ explicit: optional(object(densitiesShape)) }),
  // The matrix has been computed already.
  work: () => 1,
  async measure(subject) {
    const matrices = await subject.matrices();
    if (matrices === undefined) return {};
    const { field: { layout }, hessian } = matrices;
    return { explicit: storedDensities(matrixDensity(hessian, layout), layout) };
  },
  figures: ({ explicit }) => explicit === undefined ? [] : sharesFigures("H", "explicit matrices, ", explicit),
  section(all) {
    const results = all.filter(isMeasured);
    if (results.length === 0) return undefined;
    return {
      title: "How dense the Hessian is",
      paragraphs: [
        `The shares of all entries of the explicit Hessian of ${
          isAlongRun(results) ? "a run's field" : "the small fields"
        } that are exactly 0, ` +
        "and that are less than a thousandth and a hundredth of the root of the mean square of all. The file curvature.csv has them for the rows " +
        "of each layer, too.",
      ],
      tables: [{
        columns: ["field", "step", "= 0", "< 1e-3 rms", "< 1e-2 rms"],
        numbersFrom: 1,
        rows: bySeries(results).flatMap(([name, own]) =>
          bySteps(own).map(([step, each]) => {
            const text = (of: keyof Shares) => spreadText(sharesOf(each, of), 4);
            return [name, `${step}`, text("zero"), text("belowThousandth"), text("belowHundredth")];
          })
        ),
      }],
    };
  },
  finding(all) {
    const results = all.filter(isMeasured);
    if (results.length === 0) return undefined;
    const [{ results: last }] = lastSteps(results);
    const of = (share: keyof Shares) => percent(mean(sharesOf(last, share)));
    const at = isAlongRun(last) ? ` at step ${last[0].step}` : "";
    return `Of the entries of the explicit Hessian${at}, ${of("zero")} are 0 and ${
      of("belowHundredth")
    } are below 1/100 of the rms.`;
  },
};

function isMeasured({ result: { explicit } }: Result<Densities>): boolean {
  return explicit !== undefined;
}

function sharesOf(results: readonly Result<Densities>[], of: keyof Shares): number[] {
  return results.map(({ result: { explicit } }) => explicit!.all[of]);
}
