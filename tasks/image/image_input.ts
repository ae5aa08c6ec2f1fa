import type { Picture } from "../../lib/codec/image/picture.ts";
import { pictureData, renderPicture } from "../../lib/data/image/picture_data.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import { errorPicture } from "../run/error_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import { checkShape, number, object } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { checkSameData, hashOf } from "../training/data_hash.ts";
import { chosenObjective } from "../training/objective.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { Closing, Estimate, Figures, TrainingInput } from "../training/training_input.ts";
import type { ImageValues } from "./command.ts";
import { fieldFor } from "./settings.ts";

/** About how long encoding a picture takes, in seconds for a million pixels. */
const PICTURE_SECONDS = 0.5;

/** About how long the structural similarity takes, in seconds for a million pixels. */
const SIMILARITY_SECONDS = 1;

const side = number({ whole: true, min: 1 });

/** What `config.json` has about the image, by which a resumed run recognises it. */
export const imageShape = object({ width: side, height: side, channels: side });

/** An image on the device. A run that trains on it writes its reconstruction. */
export class ImageInput implements TrainingInput {
  readonly quality = { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" };
  readonly data: TrainingData;
  readonly objective: Objective;
  /** The reconstruction at the last measurement. */
  #result?: Picture;
  #dataHash?: string;

  constructor(gpu: Gpu, readonly image: Picture, readonly values: ImageValues) {
    this.objective = chosenObjective(values, fieldFor(values, image));
    this.data = pictureData(gpu, image);
  }

  get outputs(): number {
    return this.image.channels;
  }

  get config(): Record<string, unknown> {
    const { width, height, channels } = this.image;
    return { image: { width, height, channels } };
  }

  get dataHash(): string {
    return this.#dataHash ??= hashOf([this.image.pixels]);
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const [began, found] = [sizeText(checkShape(config.image, imageShape, "config.json, image")), sizeText(this.image)];
    const name = this.values.image ?? "The image";
    if (found === began) return checkSameData(config, this.dataHash, { name, what: "pixels" });
    throw new UserError(`${name}: expected ${began} (width×height×channels), as when the run began, found ${found}.`);
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    this.#result = await renderPicture(field, this.image, { signal });
    const psnr = peakSignalToNoiseRatio(this.#result.pixels, this.image.pixels);
    return { loss: 10 ** (-psnr / 10), psnr };
  }

  async snapshot(_: Field, folder: RunFolder, name: string): Promise<void> {
    await folder.writeFile(`${name}.png`, encodePng(this.#result!));
  }

  preview(): Promise<Preview> {
    const [truth, result] = [this.image, this.#result!];
    const titles = ["Input", "Reconstruction", "Error, from black (0) to pale yellow (0.25 or more)"] as const;
    return Promise.resolve({ truth, result, error: errorPicture(result, truth), titles });
  }

  estimate(): Estimate {
    const { width, height } = this.image;
    const megapixels = width * height / 1e6;
    const picture = PICTURE_SECONDS * megapixels;
    const closing = [
      { name: "the pictures", seconds: 3 * picture },
      { name: "the structural similarity", seconds: SIMILARITY_SECONDS * megapixels },
    ];
    return { snapshot: picture, closing };
  }

  async conclude(_: Field, folder: RunFolder, __: TrainEvent, { part }: Closing): Promise<Figures> {
    const result = this.#result!;
    const { snapshot, closing: [, similar] } = this.estimate();
    const write = (name: string, picture: () => Picture) => folder.writeFile(`${name}.png`, encodePng(picture()));
    await part("writing the reconstruction", () => write("reconstruction", () => result), snapshot);
    await part("writing the input", () => write("input", () => this.image), snapshot);
    await part("drawing the error", () => write("error", () => errorPicture(result, this.image)), snapshot);
    const similarity = () => structuralSimilarity(result, this.image);
    const ssim = await part("measuring the structural similarity", similarity, similar.seconds);
    return ssim === undefined ? {} : { ssim };
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

function sizeText({ width, height, channels }: Record<"width" | "height" | "channels", number>): string {
  return `${width}×${height}×${channels}`;
}
