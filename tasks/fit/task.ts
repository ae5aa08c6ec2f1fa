import { chosenNetwork } from "../training/network.ts";
import { cosineDefaults } from "../training/optimizer_defaults.ts";
import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS, FIELD_DEFAULTS, type FitValues } from "./command.ts";
import { loadSamples } from "./load_samples.ts";
import { SamplesInput, samplesShape } from "./samples_input.ts";

/** The task of training on samples of a user's own. */
export const fitTask: TrainingTask<typeof command> = {
  name: "fit",
  command,
  dataShapes: { samples: samplesShape },
  settle: (values) => values,
  defaultEpochs: () => DEFAULT_EPOCHS,
  field: fieldFor,
  sizes: { outputs: 1 },
  fieldDefaults: FIELD_DEFAULTS,
  optimizerDefaults: () => cosineDefaults,
  inputs: /\.(npy|csv|tsv)$/i,
  async load(values, gpu, { next }) {
    await next("reading the samples");
    const samples = await loadSamples(values);
    const { inputs, targets } = samples;
    const description = fieldFor(values, targets.columns, inputs.columns);
    using owned = new DisposableStack();
    const input = owned.use(new SamplesInput(gpu, samples, values, description));
    await input.checkObjective(gpu, description);
    owned.move();
    return input;
  },
};

function fieldFor(values: FitValues, outputs: number, inputs = 2) {
  return chosenNetwork(values, { inputs, outputs, defaults: FIELD_DEFAULTS });
}
