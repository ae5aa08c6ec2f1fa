import { percent, withScatter } from "../../bench/report.ts";
import { cudaPrograms } from "../../bench/peer_process.ts";
import { comparePeers, type Comparison } from "../../bench/peers.ts";
import { figure } from "../../bench/table.ts";
import { setupAt } from "../fields.ts";
import { type Context, openFor, REPEATS, type Section } from "../section.ts";

/** The same step by PyTorch. */
interface TorchFigures {
  /** Why there is no comparison, in words. */
  readonly absent?: string;
  /** The versions of PyTorch and CUDA, and the GPU that PyTorch uses. */
  readonly version?: string;
  readonly comparison?: Comparison;
}

const BATCHES = [512, 4096, 65536];
const WIDTH = 256;
/** Prints what PyTorch is, in one line. */
const PROBE = "import torch; c = torch.cuda.is_available(); " +
  "print(torch.__version__, '| CUDA', torch.version.cuda, '|', torch.cuda.get_device_name(0) if c else 'no GPU')";
/** The part of the time that PyTorch may take for one answer. */
const PATIENT_PART = 0.5;
/** Milliseconds that importing PyTorch may take. */
const PATIENCE = 60_000;

/** PyTorch with CUDA on the same machine, where there is one: step by step and as CUDA graphs, with f32 and TF32. */
export const torchSection: Section<TorchFigures> = {
  key: "torch",
  title: "PyTorch",
  share: 14,
  async measure(context) {
    context.progress("looking for PyTorch with CUDA");
    const found = await probe(context);
    if ("absent" in found || context.allowance.isOver) return found;
    using gpu = await openFor(context);
    const comparison = await comparePeers(gpu, setupAt(WIDTH), BATCHES, {
      repeats: REPEATS,
      progress: context.progress,
      programs: cudaPrograms(PATIENT_PART * context.allowance.left * 1000),
      folder: context.folder,
      isOver: () => context.allowance.isOver,
    });
    const measured = comparison.batches.map(({ batch }) => batch);
    for (const batch of BATCHES) if (!measured.includes(batch)) context.leaveOut(`batch ${batch}`);
    return { ...found, comparison };
  },
  describe({ absent, version, comparison }) {
    if (comparison === undefined) return { paragraphs: [absent ?? `${version}: there was no time for it.`] };
    const rows = comparison.batches.flatMap(({ batch, libraries }) =>
      libraries.map(({ name, step, stepRatio, product, productRatio, problem }) => [
        String(batch),
        name,
        step === undefined ? problem ?? "" : withScatter(step),
        stepRatio === undefined ? "" : `${figure(stepRatio)} ×`,
        product === undefined ? "" : withScatter(product),
        productRatio === undefined ? "" : `${figure(productRatio)} ×`,
      ])
    );
    return {
      findings: comparison.batches.map(({ batch, libraries: [, ...peers] }) =>
        `PyTorch at batch ${batch}: ${
          peers.map(({ name, stepRatio }) =>
            `${name} ${stepRatio === undefined ? "failed" : `${percent(stepRatio)} of our time`}`
          )
            .join(", ")
        }.`
      ),
      paragraphs: [
        `${version}. The step of four hidden Gaussian layers of ${WIDTH} with Adam, from the same parameters and batch.`,
        ...comparison.absent.map(({ name, problem }) => `${name} is left out: ${problem}.`),
      ],
      tables: [{ columns: ["batch", "library", "step", "/ ours", "gradient + Hv", "/ ours"], numbersFrom: 2, rows }],
    };
  },
};

/** What `python3` has. */
async function probe({ allowance }: Context): Promise<{ absent: string } | { version: string }> {
  try {
    const process = new Deno.Command("python3", {
      args: ["-c", PROBE],
      stderr: "null",
      signal: AbortSignal.timeout(Math.min(PATIENCE, 1000 * allowance.left + 1)),
    });
    const { success, stdout } = await process.output();
    const version = new TextDecoder().decode(stdout).trim();
    if (!success) return { absent: "python3 has no PyTorch that can be imported: there is nothing to compare with." };
    if (version.endsWith("no GPU")) {
      return { absent: `python3 has PyTorch (${version}), but without a GPU: there is nothing to compare with.` };
    }
    return { version: `PyTorch ${version}` };
  } catch {
    return { absent: "python3 cannot be started: there is no PyTorch to compare with." };
  }
}
