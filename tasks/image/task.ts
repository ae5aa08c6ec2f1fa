import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS } from "./command.ts";
import { fitPicture, loadPicture } from "./input.ts";
import { fieldFor, optimizerFor } from "./settings.ts";
import { ImageSubject } from "./subject.ts";

/** Training on a picture. */
export const imageTask: TrainingTask<typeof command> = {
  name: "image",
  command,
  defaultEpochs: DEFAULT_EPOCHS,
  objective: meanSquaredError,
  field: (values, channels) => fieldFor(values, { channels }),
  optimizer: optimizerFor,
  async load(values) {
    const whole = await loadPicture(values);
    return (gpu) => {
      return new ImageSubject(gpu, fitPicture(whole, values, gpu.device.limits.maxStorageBufferBindingSize), values);
    };
  },
};
