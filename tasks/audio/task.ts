import { chosenNetwork } from "../training/network.ts";
import { cosineDefaults } from "../training/optimizer_defaults.ts";
import type { TrainingTask } from "../training/task.ts";
import { type AudioValues, command, DEFAULT_EPOCHS, FIELD_DEFAULTS } from "./command.ts";
import { loadSound } from "./load_sound.ts";
import { SoundInput, soundShape } from "./sound_input.ts";

/** The task of training on a sound. */
export const audioTask: TrainingTask<typeof command> = {
  name: "audio",
  command,
  dataShapes: { sound: soundShape },
  settle: (values) => values,
  defaultEpochs: () => DEFAULT_EPOCHS,
  field: fieldFor,
  sizes: { outputs: 1 },
  fieldDefaults: FIELD_DEFAULTS,
  optimizerDefaults: () => cosineDefaults,
  inputs: /\.wav$/i,
  pictures: [{ file: "waveform.png", title: "Sound (grey), reconstruction (blue) and error (red)" }],
  async load(values, gpu, { next }) {
    await next("reading the sound");
    const sound = await loadSound(values);
    return new SoundInput(gpu, sound, values, fieldFor(values, sound.channels));
  },
};

function fieldFor(values: AudioValues, outputs: number) {
  return chosenNetwork(values, { inputs: 1, outputs, defaults: FIELD_DEFAULTS });
}
