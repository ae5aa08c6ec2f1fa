import { SCENE_FILES } from "../../lib/data/scene/read_scene.ts";
import { taskCommand } from "../shell/task_command.ts";
import type { TrainingTask } from "../training/task.ts";
import { command, FIELD_DEFAULTS } from "./command.ts";
import { loadScene } from "./load_scene.ts";
import { defaultEpochs, defaultsFor, fieldFor, type NerfSettings, PRESET_OPTIONS, settleValues } from "./settings.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { SceneInput, sceneShape } from "./scene_input.ts";

/** The task of training on photographs with known cameras. */
export const nerfTask: TrainingTask<typeof command, NerfSettings> = {
  name: "nerf",
  command,
  dataShapes: { scene: sceneShape },
  settle: (values, { software }) => settleValues(values, software),
  defaultEpochs,
  field: fieldFor,
  sizes: {
    outputs: 4,
    rowsPerSample: ({ samples, fineSamples }) => samples + fineSamples,
    // The default scene and others have fields of different sizes.
    variants: [{}, { scene: "any" }],
  },
  fieldDefaults: FIELD_DEFAULTS,
  presetOptions: PRESET_OPTIONS,
  optimizerDefaults: defaultsFor,
  pictures: [{
    file: "test/000_comparison.png",
    title: "First test view: photograph, rendering, error (black: 0; pale yellow: 0.25 or more)",
  }],
  commands: (path) => [{
    title: "To render a camera path from its newest checkpoint:",
    command: taskCommand("nerf", path, ["render", path]),
  }, {
    title: "To write its surface, with colours, as PLY:",
    command: taskCommand("nerf", path, ["mesh", path]),
  }],
  inputs: SCENE_FILES,
  takesFolders: true,
  load: async (values, gpu, loading) => new SceneInput(gpu, await loadScene(values, bufferLimit(gpu), loading), values),
};

/** The most bytes of a buffer. */
function bufferLimit({ device: { limits } }: Gpu): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}
