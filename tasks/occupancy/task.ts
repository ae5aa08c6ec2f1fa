import { binaryCrossEntropy } from "../../lib/objective/binary_cross_entropy.ts";
import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS } from "./command.ts";
import { loadMesh } from "./input.ts";
import { fieldFor, optimizerFor, resolveValues } from "./settings.ts";
import { OccupancySubject } from "./subject.ts";

/** Training on a mesh. */
export const occupancyTask: TrainingTask<typeof command> = {
  name: "occupancy",
  command,
  defaultEpochs: DEFAULT_EPOCHS,
  objective: binaryCrossEntropy,
  field: fieldFor,
  optimizer: optimizerFor,
  async load(values) {
    const input = await loadMesh(values);
    return (gpu) => new OccupancySubject(gpu, input, resolveValues(values, gpu.adapter.software));
  },
};
