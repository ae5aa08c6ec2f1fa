/**
 * Training a field on a picture, the same in a browser, in Node and in Deno.
 *
 * @module
 */
import {
  activations,
  constant,
  cosine,
  createField,
  createOptimizer,
  type Gpu,
  meanSquaredError,
  mlp,
  optimizerFromConfig,
  peakSignalToNoiseRatio,
  pictureData,
  renderPicture,
  train,
} from "../../mod.ts";

export { activations, openDevice, optimizerNames } from "../../mod.ts";

/** A picture with three channels; see `decodePicture`. */
export interface ColourPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly pixels: Float32Array;
}

/** What is trained, and how. */
export interface Settings {
  /** The name of an activation. */
  readonly activation: string;
  /** The name of an optimizer. */
  readonly optimizer: string;
  /** Its learning rate; by default its own. */
  readonly learningRate?: number;
  /** Units of each of the hidden layers. */
  readonly hidden: readonly number[];
  /** Pixels per step. */
  readonly batchSize: number;
  /** Passes over all pixels. */
  readonly epochs: number;
  /** The random seed. */
  readonly seed: number;
}

/** What the field makes of the picture. */
export interface Progress {
  readonly step: number;
  readonly epoch: number;
  /** Seconds of training. */
  readonly seconds: number;
  /** The losses of the steps since the last time. */
  readonly losses: Float32Array;
  /** The reconstruction's PSNR in dB. */
  readonly psnr: number;
  /** The reconstruction's pixels. */
  readonly pixels: Float32Array;
}

/**
 * Trains a field on a picture and yields from time to time what it makes of it, the last time at the end.
 *
 * @param options.interval The least seconds between two results.
 * @param options.signal Ends training early.
 */
export async function* fitPicture(
  gpu: Gpu,
  picture: ColourPicture,
  settings: Settings,
  { interval = 0.5, signal }: { readonly interval?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Progress> {
  const { activation, optimizer: name, learningRate, hidden, batchSize, epochs, seed } = settings;
  const description = mlp({ inputs: 2, hidden, outputs: 3, activation: activations[activation]() });
  using field = createField(gpu, description, { seed });
  const spec = optimizerFromConfig({ name, ...learningRate !== undefined && { learningRate } });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  using data = pictureData(gpu, picture);
  const objective = meanSquaredError();
  const steps = epochs * Math.ceil(picture.width * picture.height / batchSize);
  const schedule = epochs > 1 ? cosine({ steps }) : constant();
  let shown = -Infinity;
  const losses: number[] = [];
  for await (const event of train({ field, objective, data, optimizer, schedule, batchSize, epochs, seed, signal })) {
    losses.push(...event.losses);
    const now = performance.now();
    if (event.type === "start" || event.type !== "end" && now < shown + 1000 * interval) continue;
    shown = now;
    const { pixels } = await renderPicture(field, picture);
    const psnr = peakSignalToNoiseRatio(pixels, picture.pixels);
    const { step, epoch, seconds } = event;
    yield { step, epoch, seconds, losses: Float32Array.from(losses.splice(0)), psnr, pixels };
  }
}

/** A picture that is there without a file: rings and waves, with detail that grows finer towards a corner. */
export function ownPicture(size: number): ColourPicture {
  const pixels = new Float32Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [y, x] = [row / size, column / size];
      const rings = Math.sin(40 * Math.hypot(x - 0.3, y - 0.35) ** 1.5);
      const waves = Math.sin(12 * x * (1 + 2 * y));
      const disc = Math.hypot(x - 0.68, y - 0.66) < 0.2 ? 1 : 0;
      pixels.set([0.5 + 0.3 * rings + 0.15 * disc, 0.45 + 0.25 * waves, 0.55 - 0.25 * rings * disc + 0.2 * y], 3 * (row * size + column));
    }
  }
  return { width: size, height: size, channels: 3, pixels };
}
