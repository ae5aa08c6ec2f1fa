import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS } from "./command.ts";
import { fitPicture, loadPicture } from "./input.ts";
import { fieldFor, optimizerFor } from "./settings.ts";
import { ImageSubject } from "./subject.ts";

/** The task of training on a picture. */
export const imageTask: TrainingTask<typeof command> = {
  name: "image",
  command,
  settle: (values) => values,
  defaultEpochs: () => DEFAULT_EPOCHS,
  field: (values, channels) => fieldFor(values, { channels }),
  optimizer: optimizerFor,
  inputs: /\.(png|jpe?g)$/i,
  pictures: [
    { file: "input.png", title: "Input", shared: true },
    { file: "reconstruction.png", title: "Reconstruction" },
    { file: "error.png", title: "Error, from black (0) to pale yellow (0.25 or more)" },
  ],
  async load(values, gpu) {
    const whole = await loadPicture(values);
    return new ImageSubject(gpu, fitPicture(whole, values, gpu.device.limits.maxStorageBufferBindingSize), values);
  },
};
