import { SCENE_FILES } from "../../lib/data/scene/read_scene.ts";
import type { TrainingTask } from "../training/task.ts";
import { command } from "./command.ts";
import { loadScene } from "./input.ts";
import { defaultEpochs, fieldFor, type NerfSettings, optimizerFor, settleValues } from "./settings.ts";
import { NerfSubject } from "./subject.ts";

/** The task of training on photographs with known cameras. */
export const nerfTask: TrainingTask<typeof command, NerfSettings> = {
  name: "nerf",
  command,
  settle: (values, { software }) => settleValues(values, software),
  defaultEpochs,
  field: fieldFor,
  optimizer: optimizerFor,
  pictures: [{
    file: "test/000_comparison.png",
    title: "First test view: photograph, rendering, error (black: 0; pale yellow: 0.25 or more)",
  }],
  inputs: SCENE_FILES,
  takesFolders: true,
  load: async (values, gpu) => new NerfSubject(gpu, await loadScene(values), values),
};
