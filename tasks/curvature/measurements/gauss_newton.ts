import { number, object, type Shaped } from "../../shell/shape.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { relativeError } from "./relative_error.ts";

const shape = object({
  /** ‖H − G‖/‖H‖. */
  residualShare: number({ nonFinite: true }),
  /** The share of entries of H that are exactly 0. */
  zeroEntries: number({ min: 0, max: 1 }),
});

type Shares = Shaped<typeof shape>;

/** How much of a small field's Hessian its Gauss-Newton matrix leaves out. */
export const gaussNewton: Measurement<Shares> = {
  name: "gauss-newton",
  doing: "Gauss-Newton matrix of the small field",
  needs: "small field",
  shape,
  // The matrices have been computed already.
  work: () => 1,
  async measure(subject) {
    const { hessian, gaussNewton } = await subject.explicit();
    return {
      residualShare: relativeError(gaussNewton, hessian),
      zeroEntries: hessian.filter((entry) => entry === 0).length / hessian.length,
    };
  },
  figures: ({ residualShare, zeroEntries }) => [
    ["small field: ‖H - G‖/‖H‖", "", residualShare],
    ["small field: share of entries of H = 0", "", zeroEntries],
  ],
  section: (results) => ({
    title: "Hessian and Gauss-Newton matrix",
    paragraphs: ["‖H − G‖/‖H‖ says how much of the Hessian of the small fields the Gauss-Newton matrix G leaves out."],
    tables: [{
      columns: ["field", "‖H − G‖/‖H‖", "entries of H = 0"],
      numbersFrom: 1,
      rows: bySeries(results).map(([name, all]) => [name, text(all, "residualShare"), text(all, "zeroEntries")]),
    }],
  }),
};

function text(results: readonly Result<Shares>[], of: keyof Shares): string {
  return spreadText(results.map(({ result }) => result[of]), 3);
}
