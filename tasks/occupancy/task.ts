import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS, FIELD_DEFAULTS } from "./command.ts";
import { loadMesh } from "./load_mesh.ts";
import { cosineDefaults } from "../training/optimizer_defaults.ts";
import { fieldFor, type OccupancySettings, settleValues } from "./settings.ts";
import { MeshInput, meshShape } from "./mesh_input.ts";

/** The task of training on a mesh. */
export const occupancyTask: TrainingTask<typeof command, OccupancySettings> = {
  name: "occupancy",
  command,
  dataShapes: { mesh: meshShape },
  settle: (values, { software }) => settleValues(values, software),
  defaultEpochs: () => DEFAULT_EPOCHS,
  field: fieldFor,
  sizes: { outputs: 1 },
  fieldDefaults: FIELD_DEFAULTS,
  presetOptions: ["schedule", "batchSize"],
  optimizerDefaults: () => cosineDefaults,
  inputs: /\.(obj|ply|stl|off)(\.gz)?$/i,
  pictures: [
    { file: "input.png", title: "Input", shared: true },
    { file: "reconstruction.png", title: "Extracted mesh" },
    {
      file: "slice.png",
      title: "Cross-section z = 0: blue outside, orange inside, the field's surface in black, the input's in green",
    },
  ],
  load: async (values, gpu, { next }) => {
    const mesh = await loadMesh(values, next);
    await next("preparing winding numbers");
    const input = new MeshInput(gpu, mesh, values);
    try {
      await next("computing winding numbers");
      await input.checkLabels();
    } catch (error) {
      input[Symbol.dispose]();
      throw error;
    }
    return input;
  },
};
