import type { Picture } from "../../lib/codec/image/picture.ts";
import { pictureData, renderPicture } from "../../lib/data/image/picture_data.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import { errorPicture } from "../run/error_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import { UserError } from "../shell/user_error.ts";
import type { Figures, TrainingSubject } from "../training/subject.ts";
import type { ImageValues } from "./command.ts";

/** A picture on the device. A run that trains on it writes its reconstruction. */
export class ImageSubject implements TrainingSubject {
  readonly quality = { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" };
  readonly data: TrainingData;
  readonly objective = meanSquaredError();
  /** The reconstruction at the last measurement. */
  #result?: Picture;

  constructor(gpu: Gpu, readonly picture: Picture, readonly values: ImageValues) {
    this.data = pictureData(gpu, picture);
  }

  get outputs(): number {
    return this.picture.channels;
  }

  get config(): Record<string, unknown> {
    const { width, height, channels } = this.picture;
    return { picture: { width, height, channels } };
  }

  checkUnchanged({ picture }: Readonly<Record<string, unknown>>): void {
    const [began, found] = [shapeOf(picture as Picture | undefined), shapeOf(this.picture)];
    if (found === began) return;
    const name = this.values.picture ?? "The picture";
    throw new UserError(`${name}: expected ${began} (width×height×channels), as when the run began, found ${found}.`);
  }

  async measure(field: Field): Promise<Figures> {
    this.#result = await renderPicture(field, this.picture);
    const psnr = peakSignalToNoiseRatio(this.#result.pixels, this.picture.pixels);
    return { loss: 10 ** (-psnr / 10), psnr };
  }

  async snapshot(_: Field, folder: RunFolder, name: string): Promise<void> {
    await folder.writeFile(`${name}.png`, encodePng(this.#result!));
  }

  async conclude(_: Field, folder: RunFolder): Promise<Figures> {
    const result = this.#result!;
    await folder.writeFile("input.png", encodePng(this.picture));
    await folder.writeFile("reconstruction.png", encodePng(result));
    await folder.writeFile("error.png", encodePng(errorPicture(result, this.picture)));
    return { ssim: structuralSimilarity(result, this.picture) };
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

function shapeOf(picture: Pick<Picture, "width" | "height" | "channels"> | undefined): string {
  const { width, height, channels } = picture ?? {};
  return `${width}×${height}×${channels}`;
}
