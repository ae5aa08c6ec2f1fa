import { chainsOf, productsOf, tuneKernels } from "../../../lib/field/tune.ts";
import type { FieldDescription } from "../../../lib/field/description.ts";
import type { Gpu } from "../../../lib/gpu/device.ts";
import { FIRST_USES } from "../../../lib/gpu/kernel_tuner.ts";
import { timeByClock, timeWork } from "../../../lib/gpu/time_work.ts";
import { isFused } from "../../../lib/linalg/gemm/chain_choice.ts";
import { type Trial, WAYS } from "../../../lib/linalg/gemm/choose_way.ts";
import { canCompute, FAMILIES, familyOf, FUSED, type GemmProduct } from "../../../lib/linalg/gemm/family.ts";
import type { ChainLayer } from "../../../lib/linalg/gemm/layer_chain.ts";
import { flopsOf } from "../../../lib/linalg/gemm/shape.ts";
import { TrialChain } from "../../../lib/linalg/gemm/trial_chain.ts";
import { TrialProduct } from "../../../lib/linalg/gemm/trial_product.ts";
import { classesOf, SLOW_TO_COMPILE } from "../../../lib/linalg/gemm/tune.ts";
import { TrialSequence, tuneMatrices } from "../../../lib/linalg/tune_matrices.ts";
import { isWhole, WHOLE_SUBJECT } from "../../../lib/linalg/whole_matrices.ts";
import { figure } from "../../bench/table.ts";
import { percent } from "../../bench/report.ts";
import { summarise, type Summary } from "../../shell/statistics.ts";
import type { Allowance } from "../allowance.ts";
import { peakOf } from "../peak_figures.ts";
import { type Context, openFor, type Section } from "../section.ts";
import { fieldAt, WIDTHS } from "../fields.ts";

/** The choice for one class of products, or for a chain of layers. */
interface Choice {
  /** The class, or the chain: "forward 256x256 rows 4096". */
  readonly subject: string;
  /** What training uses. */
  readonly chosen: string;
  /** The fastest when all were timed. */
  readonly fastest: string;
  /** Milliseconds of each candidate, over several rounds; medians of a few runs each. */
  readonly times: Readonly<Record<string, Summary>>;
  /** Floating-point operations of the product; 0 for chains and batches. */
  readonly flops: number;
  /** Whether the chosen one was slower than the fastest in every round, and by more than the noise. */
  readonly wrong: boolean;
}

/** All choices. */
interface TuningFigures {
  readonly choices: readonly Choice[];
}

/** Rows of the classes that are timed; the first stands for all larger batches. */
const ROWS = [4096, 512];
const ROUNDS = 3;
/** The most runs of a round, of which the median counts. */
const RUNS = 5;
/** What takes longer than so many times the fastest is not timed again. */
const HOPELESS = 2;
/** The most wrong choices that the findings name. */
const TOLD = 5;
/** What is slower by less is as good. */
const MARGIN = 1.03;
/** The part of the time that is left which one choice may take. */
const PART = 1 / 8;

/** Which kernels training chooses, and whether they are the fastest. */
export const tuningSection: Section<TuningFigures> = {
  key: "tuning",
  title: "Choice of kernels",
  share: 22,
  async measure(context) {
    using gpu = await openFor(context);
    const choices: Choice[] = [];
    for (const [subject, judge] of await chosenKernels(gpu, context)) {
      context.progress(subject);
      if (context.allowance.isOver) context.leaveOut(subject);
      else choices.push(await judge(context.allowance.part(PART)));
    }
    return { choices };
  },
  describe({ choices }, peak) {
    const wrong = choices.filter((each) => each.wrong);
    const most = peakOf(peak);
    return {
      findings: [
        wrong.length === 0
          ? `Choice of kernels: none of ${choices.length} is slower than another kernel by more than the noise.`
          : `Choice of kernels: ${wrong.length} of ${choices.length} are wrong: ${wrongText(wrong)}.`,
      ],
      paragraphs: [
        "What training chooses by a short measurement at its start, or has chosen before, and how long all kernels take, in milliseconds. " +
        `A choice is wrong if it was slower than another in each of ${ROUNDS} rounds, by more than ${
          percent(MARGIN - 1)
        }. ` +
        `${SLOW_TO_COMPILE.join(", ")} is left out: only deno task tune tries it.`,
      ],
      tables: [{
        columns: ["product", "chosen", "fastest", "verdict", "GFLOP/s", "of peak", "times of all, ms"],
        numbersFrom: 4,
        rows: choices.map((each) => [
          each.subject,
          each.chosen,
          each.fastest,
          each.wrong ? "WRONG" : "ok",
          ...speedOf(each, most),
          Object.entries(each.times).map(([name, { median }]) => `${name} ${figure(median)}`).join(", "),
        ]),
      }],
    };
  },
};

/** The worst of the wrong choices, and how many more there are. */
function wrongText(choices: readonly Choice[]): string {
  const cost = ({ chosen, fastest, times }: Choice) => times[chosen].median / times[fastest].median;
  const worst = choices.toSorted((a, b) => cost(b) - cost(a)).slice(0, TOLD);
  const texts = worst.map((each) =>
    `${each.subject} ${each.chosen} takes ${figure(cost(each))} times as long as ${each.fastest}`
  );
  const more = choices.length - worst.length;
  return [...texts, ...more > 0 ? [`and ${more} more`] : []].join(", ");
}

/** GFLOP/s of what was chosen, and its share of the peak. */
function speedOf({ chosen, flops, times }: Choice, peak: number): [string, string] {
  if (flops === 0) return ["", ""];
  const gflops = flops / times[chosen].median / 1e6;
  return [figure(gflops), percent(gflops / peak)];
}

/** Times all candidates for a choice within some time. */
type Judge = (allowance: Allowance) => Promise<Choice>;

/**
 * Chooses kernels as training does for the fields of all widths, and batches of products. Returns how each choice is judged, by its
 * subject: the heaviest product first, then chains of layers.
 */
async function chosenKernels(gpu: Gpu, context: Context): Promise<[string, Judge][]> {
  const products: GemmProduct[] = [];
  const chains: [string, Judge][] = [];
  for (const width of WIDTHS.toReversed()) {
    for (const rows of ROWS) {
      const name = `products of width ${width} with ${rows} rows`;
      context.progress(`choosing kernels for ${name}`);
      if (context.allowance.isOver) {
        context.leaveOut(name);
        continue;
      }
      const request = { description: fieldAt(width), rows, gradients: true };
      await tuneKernels(gpu, request, { budget: FIRST_USES });
      products.push(...productsOf(request));
      chains.push(...judgesOfChains(gpu, request.description, width, rows));
    }
  }
  const batched: GemmProduct = { kind: "batched" };
  if (!context.allowance.isOver) await tuneMatrices(gpu, { budget: FIRST_USES });
  const classes = [...classesOf([...products, batched])];
  return [
    ...classes.map((
      [subject, product],
    ): [string, Judge] => [subject, (time) => judgeProduct(gpu, subject, product, time)]),
    [WHOLE_SUBJECT, (time) => {
      return judgeWay(
        gpu,
        { subject: WHOLE_SUBJECT, fused: isWhole(gpu, []), prepare: () => new TrialSequence(gpu) },
        time,
      );
    }],
    // Those of the fewest rows and units first: there it matters most.
    ...chains.reverse(),
  ];
}

/** Judges of the chains of layers of a field that may be computed in single dispatches. */
function judgesOfChains(gpu: Gpu, description: FieldDescription, width: number, rows: number): [string, Judge][] {
  return chainsOf(gpu, description).map((layers) => {
    const subject = `all layers of width ${width} rows ${rows}`;
    return [subject, (time) => judgeChain(gpu, subject, { layers, rows }, time)];
  });
}

async function judgeProduct(gpu: Gpu, subject: string, product: GemmProduct, allowance: Allowance): Promise<Choice> {
  using trial = new TrialProduct(gpu, product);
  const chosen = familyOf(gpu, product);
  const families = FAMILIES.filter((family) => family === chosen || !SLOW_TO_COMPILE.includes(family))
    .filter((family) => canCompute(gpu, family, product));
  const works = Object.fromEntries(families.map((family) => [family, () => trial.record(family)]));
  const times = await timesOf(gpu, works, timeWork, allowance);
  const flops = product.kind === "batched" ? 0 : flopsOf(product.shape, 1);
  return judged({ subject, chosen, times, flops });
}

function judgeChain(
  gpu: Gpu,
  subject: string,
  { layers, rows }: { readonly layers: readonly ChainLayer[]; readonly rows: number },
  allowance: Allowance,
): Promise<Choice> {
  const fused = isFused(gpu, layers, rows, "values");
  return judgeWay(gpu, { subject, fused, prepare: () => new TrialChain(gpu, layers, rows) }, allowance);
}

/** Judges whether consecutive stages are computed in a single dispatch. */
async function judgeWay(
  gpu: Gpu,
  { subject, fused, prepare }: { readonly subject: string; readonly fused: boolean; readonly prepare: () => Trial },
  allowance: Allowance,
): Promise<Choice> {
  using trial = prepare();
  const works = Object.fromEntries(WAYS.map((way) => [way, () => trial.record(way === FUSED)]));
  const times = await timesOf(gpu, works, timeByClock, allowance);
  return judged({ subject, chosen: fused ? FUSED : "apart", times, flops: 0 });
}

/** Times each work once, and those that could be the fastest in several rounds of as many runs as there is time for. */
async function timesOf(
  gpu: Gpu,
  works: Readonly<Record<string, () => void>>,
  time: typeof timeWork,
  allowance: Allowance,
): Promise<Record<string, Summary>> {
  const first: Record<string, number> = {};
  const quick: Record<string, () => void> = {};
  for (const [name, record] of Object.entries(works)) {
    const begin = performance.now();
    record();
    await gpu.synchronize();
    // What takes all the time at once is not run again, although this time includes compiling it.
    if (allowance.isOver) first[name] = performance.now() - begin;
    else quick[name] = record;
  }
  Object.assign(first, await time(gpu, quick, 1));
  const limit = HOPELESS * Math.min(...Object.values(first));
  const hopeful = Object.fromEntries(Object.entries(quick).filter(([name]) => first[name] <= limit));
  const seconds = Object.keys(hopeful).reduce((sum, name) => sum + first[name], 0) / 1000;
  const runs = Math.max(1, Math.min(RUNS, Math.floor(allowance.left / seconds / ROUNDS)));
  const rounds: Record<string, number>[] = [];
  while (rounds.length < ROUNDS && !allowance.isOver) rounds.push(await time(gpu, hopeful, runs));
  return Object.fromEntries(
    Object.keys(works).map((name) => {
      const again = name in hopeful ? rounds.map((each) => each[name]) : [];
      return [name, summarise(again.length > 0 ? again : [first[name]])];
    }),
  );
}

/** Compares the choice with the fastest. */
export function judged({ subject, chosen, times, flops }: Omit<Choice, "fastest" | "wrong">): Choice {
  const names = Object.keys(times);
  const fastest = names.reduce((best, name) => times[name].median < times[best].median ? name : best, names[0]);
  const isSure = times[fastest].count > 1;
  const wrong = isSure && times[chosen].min > MARGIN * times[fastest].max;
  return { subject, chosen, fastest, times, flops, wrong };
}
