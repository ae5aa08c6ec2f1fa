import type { OptimizerConfig } from "../../lib/optim/registry.ts";
import type { TrainingValues } from "./options.ts";

/** Numbers by activation; `other` for those without an entry of their own. */
export type ByActivation = Readonly<Partial<Record<TrainingValues["activation"], number>>> & { readonly other: number };

/** An optimizer with what it was best with. */
export interface BestOptimizer {
  /** As in the registry. */
  readonly optimizer: string;
  /** Its learning rate; the default one where it is left out. */
  readonly learningRate?: number;
  /** How the rate changed along the run. */
  readonly schedule: NonNullable<TrainingValues["schedule"]>;
}

/** Best optimizers by activation; `other` for those without an entry of their own. */
export type BestByActivation =
  & Readonly<Partial<Record<TrainingValues["activation"], BestOptimizer>>>
  & { readonly other: BestOptimizer };

type Options = Omit<OptimizerConfig, "name">;

/** What optimizers are set to where the command line does not say, by their names. */
export interface OptimizerDefaults {
  /** Learning rates. */
  readonly rates: Readonly<Record<string, ByActivation>>;
  /** Damping of ESGD relative to its preconditioner. */
  readonly relativeDamping: ByActivation;
  /** Options that do not depend on the activation. */
  readonly options: Readonly<Record<string, Options>>;
  /** What the published comparison sets differently. */
  readonly published: Readonly<Record<string, { readonly rates?: ByActivation; readonly options?: Options }>>;
}

const relus = (rate: number) => ({ relu: rate, "relu-pe": rate });
const adamRates = { ...relus(1e-3), other: 1e-4 };
const hessianRates = { ...relus(0.1), other: 0.15 };

/** Found best on pictures, at a constant rate where nothing else is said, or published. */
export const optimizerDefaults: OptimizerDefaults = {
  rates: {
    sgd: { other: 1 },
    adam: adamRates,
    adamW: adamRates,
    esgd: { ...relus(0.1), other: 0.5 },
    esgdMax: { ...relus(0.1), other: 0.5 },
    adaHessianE: hessianRates,
    adaHessianJ: hessianRates,
    sophiaH: adamRates,
    shampoo: { other: 0.1 },
    kfac: adamRates,
    gaussNewton: { other: 1e-3 },
    // From here on found best with a cosine schedule.
    muon: { ...relus(0.01), gaussian: 3e-3, other: 1e-3 },
    soap: { ...relus(3e-3), gaussian: 6e-4, other: 3e-4 },
    esgdSoap: { ...relus(0.3), gaussian: 1, other: 0.5 },
  },
  relativeDamping: { ...relus(0.03), other: 0.01 },
  // Shampoo's roots at every step cost several times what the gradient does.
  options: { shampoo: { updateEvery: 10 } },
  published: {
    esgd: { rates: hessianRates, options: { initialProbes: 1, biasCorrection: "steps", relativeDamping: undefined } },
    esgdMax: { rates: hessianRates },
    adaHessianJ: { options: { published: true } },
    shampoo: { options: { updateEvery: 1 } },
  },
};

/** For activations and tasks that have not been compared: what is the default anyway. */
const notCompared: BestOptimizer = { optimizer: "esgd", schedule: "constant" };

/**
 * What `--optimizer auto` means: the best result in equal training time, by task and activation, `other` for tasks without an
 * entry. Found with tuned rates and schedules at a batch of 512 pixels or rays and 2048 points (docs/compare.md, docs/nerf.md and
 * docs/occupancy.md have the figures).
 */
export const bestOptimizers: Readonly<Record<string, BestByActivation>> & { readonly other: BestByActivation } = {
  image: {
    gaussian: { optimizer: "adam", learningRate: 2e-3, schedule: "cosine" },
    sine: { optimizer: "adam", learningRate: 5e-4, schedule: "cosine" },
    wavelet: { optimizer: "esgd", learningRate: 0.5, schedule: "constant" },
    "relu-pe": { optimizer: "soap", learningRate: 6e-3, schedule: "cosine" },
    other: notCompared,
  },
  nerf: {
    gaussian: { optimizer: "soap", schedule: "cosine" },
    "relu-pe": { optimizer: "soap", schedule: "cosine" },
    other: { optimizer: "adam", schedule: "cosine" },
  },
  occupancy: { other: { optimizer: "adam", schedule: "cosine" } },
  other: { other: notCompared },
};
