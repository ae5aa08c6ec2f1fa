import { encodeWav } from "../../lib/codec/audio/encode_wav.ts";
import type { Sound } from "../../lib/codec/audio/sound.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { evaluateField } from "../../lib/field/evaluate.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { checkShape, number, object } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { checkTargets } from "../training/check_targets.ts";
import { checkSameData, hashOf } from "../training/data_hash.ts";
import { chosenObjective } from "../training/objective.ts";
import type { Closing, Estimate, Figures, TrainingInput } from "../training/training_input.ts";
import type { AudioValues } from "./command.ts";
import { waveformPicture } from "./waveform.ts";
import { counted } from "../shell/counted.ts";

/** The colours of the waves: the sound, its reconstruction and the error. */
const [GREY, BLUE, RED] = [[0.45, 0.45, 0.45], [0.15, 0.4, 0.75], [0.8, 0.25, 0.15]];

/** The width of each wave in a preview, in pixels. */
const PREVIEW_WIDTH = 320;

/** About how long it takes to encode a million samples, and to draw the waves, in seconds. */
const [FILE_SECONDS, PICTURE_SECONDS] = [0.2, 0.5];

const count = number({ whole: true, min: 1 });

/** What `config.json` has about the sound, by which a resumed run recognises it. */
export const soundShape = object({ rate: count, channels: count, frames: count });

/** A sound on the device. A run that trains on it writes its reconstruction. */
export class SoundInput implements TrainingInput {
  readonly quality = { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" };
  readonly data: TrainingData;
  readonly objective: Objective;
  /** [frames] the time of each frame on the field's axis. */
  readonly #times: Float32Array;
  /** The reconstruction at the last measurement. */
  #result?: Sound;
  #dataHash?: string;

  /** @param description A field on sounds of as many channels. */
  constructor(gpu: Gpu, readonly sound: Sound, readonly values: AudioValues, description: FieldDescription) {
    const { samples, channels } = sound;
    const frames = samples.length / channels;
    this.#times = Float32Array.from({ length: frames }, (_, i) => values.timeScale * ((2 * i + 1) / frames - 1));
    const place = (i: number) => `${values.sound}, sample ${Math.floor(i / channels)} of channel ${i % channels}`;
    checkTargets(samples, place, "full scale is 1");
    this.objective = chosenObjective(values, description);
    this.data = tableData({ gpu, description }, this.objective, { inputs: this.#times, targets: samples });
  }

  get outputs(): number {
    return this.sound.channels;
  }

  get config(): Record<string, unknown> {
    const { rate, channels, samples } = this.sound;
    return { sound: { rate, channels, frames: samples.length / channels } };
  }

  get dataHash(): string {
    return this.#dataHash ??= hashOf([this.sound.samples]);
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const text = ({ rate, channels, frames }: Record<"rate" | "channels" | "frames", number>) =>
      `${counted(frames, "sample")} of ${counted(channels, "channel")} at ${rate} Hz`;
    const [began, found] = [
      text(checkShape(config.sound, soundShape, "config.json, sound")),
      text(this.config.sound as Parameters<typeof text>[0]),
    ];
    const name = this.values.sound ?? "The sound";
    if (found === began) return checkSameData(config, this.dataHash, { name, what: "samples" });
    throw new UserError(`${name}: expected ${began}, as when the run began, found ${found}.`);
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    const samples = await evaluateField(field, this.#times, signal) as Float32Array;
    this.#result = { ...this.sound, samples };
    const psnr = peakSignalToNoiseRatio(samples, this.sound.samples);
    return { loss: 10 ** (-psnr / 10), psnr };
  }

  preview(): Promise<Preview> {
    const [truth, result, error] = this.#waves().map((wave) => waveformPicture([wave], PREVIEW_WIDTH));
    const titles = ["Sound", "Reconstruction", "Error, on the same scale"] as const;
    return Promise.resolve({ truth, result, error, titles });
  }

  async snapshot(_: Field, folder: RunFolder, name: string): Promise<void> {
    await folder.writeFile(`${name}.wav`, encodeWav(this.#result!));
  }

  estimate(): Estimate {
    const each = FILE_SECONDS * this.sound.samples.length / 1e6;
    const closing = [{ name: "the sounds", seconds: 3 * each }, {
      name: "the picture of the waves",
      seconds: PICTURE_SECONDS + each,
    }];
    return { snapshot: each, closing };
  }

  async conclude(_: Field, folder: RunFolder, __: TrainEvent, { part }: Closing): Promise<Figures> {
    const waves = this.#waves();
    const [sound, result, error] = waves.map((wave) => wave.sound);
    const { snapshot, closing: [, picture] } = this.estimate();
    const write = (name: string, written: Sound) => () => folder.writeFile(`${name}.wav`, encodeWav(written));
    await part("writing the reconstruction", write("reconstruction", result), snapshot);
    await part("writing the sound", write("input", sound), snapshot);
    await part("writing the error", write("error", error), snapshot);
    const draw = () => folder.writeFile("waveform.png", encodePng(waveformPicture(waves)));
    await part("drawing the waves", draw, picture.seconds);
    return { snr: signalToNoiseRatio(sound.samples, error.samples) };
  }

  /** The sound, the reconstruction at the last measurement and the error, each with its colour. */
  #waves(): { sound: Sound; colour: readonly number[] }[] {
    const [{ sound }, result] = [this, this.#result!];
    const error = { ...sound, samples: result.samples.map((value, i) => value - sound.samples[i]) };
    return [{ sound, colour: GREY }, { sound: result, colour: BLUE }, { sound: error, colour: RED }];
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

/** The energy of a signal over that of an error, in decibels. */
function signalToNoiseRatio(signal: Float32Array, error: Float32Array): number {
  const energy = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return 10 * Math.log10(energy(signal) / energy(error));
}
