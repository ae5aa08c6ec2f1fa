import { optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { TrainingTask } from "../training/task.ts";
import { command, DEFAULT_EPOCHS, FIELD_DEFAULTS } from "./command.ts";
import { fitImage, loadImage } from "./load_image.ts";
import { fieldFor } from "./settings.ts";
import { ImageInput, imageShape } from "./image_input.ts";

/** The task of training on an image. */
export const imageTask: TrainingTask<typeof command> = {
  name: "image",
  command,
  dataShapes: { image: imageShape },
  settle: (values) => values,
  defaultEpochs: () => DEFAULT_EPOCHS,
  field: (values, channels) => fieldFor(values, { channels }),
  sizes: { outputs: 3 },
  fieldDefaults: FIELD_DEFAULTS,
  optimizerDefaults: () => optimizerDefaults,
  inputs: /\.(png|jpe?g)$/i,
  pictures: [
    { file: "input.png", title: "Input", shared: true },
    { file: "reconstruction.png", title: "Reconstruction" },
    { file: "error.png", title: "Error, from black (0) to pale yellow (0.25 or more)" },
  ],
  async load(values, gpu, { next }) {
    await next("reading the image");
    const whole = await loadImage(values);
    await next("resizing the image");
    return new ImageInput(gpu, fitImage(whole, values, gpu.device.limits.maxStorageBufferBindingSize), values);
  },
};
