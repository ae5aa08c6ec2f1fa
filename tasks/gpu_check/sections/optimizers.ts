import { familyOf } from "../../../lib/linalg/gemm/family.ts";
import { isWhole, LARGEST } from "../../../lib/linalg/whole_matrices.ts";
import { optimizerNames } from "../../../lib/optim/registry.ts";
import { compareOptimizers, type OptimizerComparison } from "../../bench/optimizers.ts";
import { withScatter } from "../../bench/report.ts";
import { figure } from "../../bench/table.ts";
import { setupAt } from "../fields.ts";
import { openFor, REPEATS, type Section } from "../section.ts";

const BATCH = 512;
const WIDTH = 256;
/** The part of the time in which optimizers are compiled; in the rest they are timed. */
const COMPILING = 0.5;

/** How optimizers computed with matrices. */
interface MatrixKernels {
  /** The family of batches of products. */
  readonly products: string;
  /** Whether all stages for a small matrix were computed in one dispatch. */
  readonly whole: boolean;
}

/** How long a step with each optimizer takes, as a multiple of a step with Adam. */
export const optimizersSection: Section<OptimizerComparison & { readonly matrices: MatrixKernels }> = {
  key: "optimizers",
  title: "Optimizers",
  share: 13,
  async measure(context) {
    const { allowance } = context;
    using gpu = await openFor(context);
    const compiling = allowance.part(COMPILING);
    const comparison = await compareOptimizers(gpu, setupAt(WIDTH), [BATCH], {
      repeats: REPEATS,
      progress: context.progress,
      secondsEach: allowance.left / 40,
      isEnough: () => compiling.isOver,
      isOver: () => allowance.isOver,
    });
    const measured = comparison.updates.map(({ optimizer }) => optimizer);
    for (const name of optimizerNames) if (!measured.includes(name)) context.leaveOut(name);
    const products = familyOf(gpu, { kind: "batched" });
    return { ...comparison, matrices: { products, whole: isWhole(gpu, []) } };
  },
  describe({ updates, steps: [{ adam }], matrices: { products, whole } }) {
    const ratio = ({ overheads: [{ step }] }: typeof updates[number]) => `${figure(1 + step)} ×`;
    const others = updates.filter(({ optimizer }) => optimizer !== "adam");
    return {
      findings: others.length === 0 ? [] : [
        `Optimizers: a step takes as long as Adam's ${
          others.map((each) => `${ratio(each)} ${each.optimizer}`)
            .join(", ")
        }.`,
      ],
      paragraphs: [
        `Steps at batch ${BATCH} and width ${WIDTH}, averaged over the steps after which an optimizer's refreshes repeat, with what it ` +
        `observes; a step with Adam takes ${withScatter(adam)}.`,
        `Batches of products were computed by ${products}, and sequences of products of matrices of at most ${LARGEST} × ${LARGEST} entries ` +
        `${whole ? "in one dispatch" : "with a dispatch for each product"}.`,
      ],
      tables: [{
        columns: ["optimizer", "step / Adam's", "update alone", "dispatches of an update", "averaged over steps"],
        numbersFrom: 1,
        rows: updates.map((each) => [
          each.optimizer,
          ratio(each),
          withScatter(each.update),
          figure(each.dispatches),
          String(each.period),
        ]),
      }],
    };
  },
};
