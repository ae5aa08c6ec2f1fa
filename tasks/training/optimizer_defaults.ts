import { defaultFrom, type DerivedDefault, type HyperparameterValue } from "../../lib/hyperparameter/hyperparameter.ts";

/**
 * Values by network: the keys are activations, which stand for any encoding, and shorthands such as `relu-pe`. `other` is for
 * networks without an entry.
 */
type ByActivation<T = number> = Readonly<Record<string, T>> & { readonly other: T };

/** The settings that were best in our comparisons. */
interface BestOptimizer {
  /** The optimizer's name in the registry. */
  readonly optimizer: string;
  /** Its learning rate; the default one where it is left out. */
  readonly learningRate?: number;
  /** How the learning rate changes during the run. */
  readonly schedule: string;
}

/** A default of a hyper-parameter; undefined stands for the optimizer's own. */
type OptionDefault =
  | HyperparameterValue
  | DerivedDefault<HyperparameterValue>
  | ByActivation<HyperparameterValue>
  | undefined;

type OptionDefaults = Readonly<Record<string, OptionDefault>>;

/** The defaults of a task's optimizers, by their names. */
export interface OptimizerDefaults {
  /** Learning rates. */
  readonly rates: Readonly<Record<string, ByActivation>>;
  /** Other hyper-parameters that differ from the optimizer's own defaults. */
  readonly options: Readonly<Record<string, OptionDefaults>>;
  /** What the published comparison sets differently. */
  readonly published: Readonly<Record<string, { readonly rates?: ByActivation; readonly options?: OptionDefaults }>>;
}

/** Whether a default depends on the network. */
export function isByActivation(value: OptionDefault): value is ByActivation<HyperparameterValue> {
  return typeof value === "object" && "other" in value;
}

/**
 * The values of defaults: those that are derived from others follow what was given for these.
 *
 * @param defaults Derived ones stand behind those that they follow.
 * @param given What was given.
 * @param pick The value of a default that depends on the network.
 */
export function defaultValues(
  defaults: OptionDefaults,
  given: Readonly<Record<string, HyperparameterValue>>,
  pick: (value: ByActivation<HyperparameterValue>) => HyperparameterValue | undefined,
): Record<string, HyperparameterValue> {
  const values: Record<string, HyperparameterValue> = {};
  for (const [option, usual] of Object.entries(defaults)) {
    const value = given[option] ?? (isByActivation(usual) ? pick(usual) : defaultFrom(usual, values));
    if (value !== undefined) values[option] = value;
  }
  return values;
}

/** A number of steps, or that of another option if it is smaller. */
function atMost(usual: number, option: string): DerivedDefault<number> {
  return { text: String(usual), from: (values) => Math.min(usual, Number(values[option])) };
}

const adamRates = { relu: 1e-3, other: 1e-4 };
const hessianRates = { relu: 0.1, other: 0.15 };

/** The best settings found on images, at a constant rate unless a comment says otherwise, or published ones. */
export const optimizerDefaults: OptimizerDefaults = {
  rates: {
    sgd: { other: 1 },
    adam: adamRates,
    adamW: adamRates,
    esgd: { relu: 0.1, other: 0.5 },
    esgdMax: { relu: 0.1, other: 0.5 },
    adaHessianE: hessianRates,
    adaHessianJ: hessianRates,
    sophiaH: adamRates,
    shampoo: { other: 0.1 },
    kfac: adamRates,
    gaussNewton: { other: 1e-3 },
    // Those from here on were found with a cosine schedule.
    muon: { relu: 0.01, gaussian: 3e-3, other: 1e-3 },
    soap: { relu: 3e-3, gaussian: 6e-4, other: 3e-4 },
    esgdSoap: { relu: 0.3, gaussian: 1, other: 0.5 },
  },
  options: {
    esgd: { relativeDamping: { relu: 0.03, other: 0.01 } },
    shampoo: { updateEvery: 20 },
    // Cheaper than the published ways, with results within 0.3 dB of theirs (docs/kernels.md).
    soap: {
      refresh: "rotation",
      updateEvery: 80,
      startEvery: atMost(5, "updateEvery"),
      factorsWithin: atMost(10, "updateEvery"),
      betas: { relu: [0.9, 0.9], other: [0.95, 0.95] },
    },
    esgdSoap: { basisEvery: 80, startEvery: atMost(5, "basisEvery"), factorsWithin: atMost(10, "basisEvery") },
    muon: { iteration: "degree17" },
  },
  published: {
    // Other tasks have other defaults.
    adam: { rates: adamRates },
    esgd: { rates: hessianRates, options: { initialProbes: 1, biasCorrection: "steps", relativeDamping: undefined } },
    esgdMax: { rates: hessianRates },
    adaHessianJ: { options: { published: true } },
    shampoo: { options: { updateEvery: 1 } },
    esgdSoap: { options: { basisEvery: 10, startEvery: undefined, factorsWithin: undefined } },
    muon: { options: { iteration: "jordan" } },
    soap: {
      options: {
        refresh: "qr",
        updateEvery: 10,
        startEvery: undefined,
        factorsWithin: undefined,
        betas: [0.95, 0.95],
      },
    },
  },
};

const cosineAdamRates = { sine: 3e-4, sinc: 3e-4, relu: 3e-3, other: 1e-3 };

/** The same with the rates of Adam that were found best for meshes with a cosine schedule (docs/occupancy.md); for tasks whose schedule that is. */
export const cosineDefaults: OptimizerDefaults = {
  ...optimizerDefaults,
  rates: { ...optimizerDefaults.rates, adam: cosineAdamRates, adamW: cosineAdamRates },
};

/** What the authors of ESGD found best, for activations and tasks that have not been compared. */
export const notCompared: BestOptimizer = { optimizer: "esgd", schedule: "constant" };

/**
 * The settings that `--optimizer auto` uses, by task and activation; `other` is for tasks without an entry. They gave the best
 * results in equal training time with tuned rates and schedules, at a batch of 512 pixels or rays and 2048 points. The figures are
 * in docs/compare.md, docs/nerf.md and docs/occupancy.md.
 */
export const bestOptimizers: Readonly<Record<string, ByActivation<BestOptimizer>>> & {
  readonly other: ByActivation<BestOptimizer>;
} = {
  image: {
    gaussian: { optimizer: "adam", learningRate: 2e-3, schedule: "cosine" },
    sine: { optimizer: "adam", learningRate: 5e-4, schedule: "cosine" },
    gabor: { optimizer: "esgd", learningRate: 0.5, schedule: "constant" },
    "relu-pe": { optimizer: "soap", learningRate: 6e-3, schedule: "cosine" },
    other: notCompared,
  },
  nerf: {
    gaussian: { optimizer: "soap", schedule: "cosine" },
    "relu-pe": { optimizer: "soap", schedule: "cosine" },
    other: { optimizer: "adam", schedule: "cosine" },
  },
  occupancy: { other: { optimizer: "adam", schedule: "cosine" } },
  // Sounds and data of a user's own were not compared.
  audio: { other: { optimizer: "adam", schedule: "cosine" } },
  fit: { other: { optimizer: "adam", schedule: "cosine" } },
  other: { other: notCompared },
};
