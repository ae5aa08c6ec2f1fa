import { SCENE_FILES } from "../../lib/data/scene/read_scene.ts";
import type { TrainingTask } from "../training/task.ts";
import { command } from "./command.ts";
import { loadScene } from "./input.ts";
import { defaultEpochs, fieldFor, type NerfSettings, optimizerFor, settleValues } from "./settings.ts";
import { NerfSubject } from "./subject.ts";

/** Training on posed photographs. */
export const nerfTask: TrainingTask<typeof command, NerfSettings> = {
  name: "nerf",
  command,
  settle: (values, { software }) => settleValues(values, software),
  defaultEpochs,
  field: fieldFor,
  optimizer: optimizerFor,
  pictures: [{
    file: "test/000_comparison.png",
    title: "First test view: truth, rendering, error (white: 0.25 and more)",
  }],
  inputs: SCENE_FILES,
  takesFolders: true,
  load: async (values, gpu) => new NerfSubject(gpu, await loadScene(values), values),
};
