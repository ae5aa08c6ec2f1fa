/**
 * Trains on the project's own scene as other programs would have written it: with EXIF orientations, at other scales, with masks, and so
 * on. A variant that is read as it is meant and has as many pixels reaches the test PSNR of the scene as it is, up to half a decibel. Masks and
 * smaller pictures leave fewer pixels, so these variants train for fewer steps and reach less. Each one takes about a minute of one core:
 *
 *     deno run -A tests/slow/scene_variants.ts [STEPS] [NAME…]
 *
 * @module
 */
import { join } from "@std/path";
import { decodePicture, encodePng } from "../../mod.ts";
import type { Picture } from "../../lib/codec/mod.ts";
import { averagePicture } from "../../lib/data/image/average.ts";
import { compositeOver } from "../../lib/data/image/alpha.ts";
import { exif, segment } from "../codec/image/jpeg_builder.ts";
import { outcome, startTask } from "../support/process.ts";

const own = new URL("../../fixtures/scene/", import.meta.url);
const SIDE = 40;

interface Frame {
  file_path: string;
  transform_matrix: number[][];
  [key: string]: unknown;
}

/** The scene before it is written: frames and pictures by their paths, in a folder of its own. */
interface Variant {
  shared: Record<string, unknown>;
  frames: Frame[];
  pictures: Map<string, Picture | Uint8Array>;
}

async function ownViews(): Promise<{ frame: Frame; picture: Picture; test: boolean }[]> {
  const views = [];
  for (const part of ["train", "test"]) {
    const { frames } = JSON.parse(await Deno.readTextFile(new URL(`transforms_${part}.json`, own)));
    for (const frame of frames as Frame[]) {
      const picture = compositeOver(
        await decodePicture(await Deno.readFile(new URL(`${frame.file_path}.png`, own))),
        "white",
      );
      views.push({ frame, picture: averagePicture(picture, SIDE, SIDE), test: part === "test" });
    }
  }
  return views;
}
const views = await ownViews();
const pathOf = (i: number) => `images/${String(i).padStart(2, "0")}.png`;

function plain(): Variant {
  const frames = views.map(({ frame }, i) => ({ ...frame, file_path: pathOf(i) }));
  const test_filenames = frames.filter((_, i) => views[i].test).map(({ file_path }) => file_path);
  const pictures = new Map<string, Picture | Uint8Array>(views.map(({ picture }, i) => [pathOf(i), picture]));
  // The bounds are those of the scene as it comes, so that only the variant makes a difference.
  return { shared: { camera_angle_x: 0.62, near: 2, far: 6, test_filenames }, frames, pictures };
}

const mapMatrices = (
  { frames, ...rest }: Variant,
  change: (value: number, row: number, column: number) => number,
): Variant => ({
  ...rest,
  frames: frames.map((frame) => ({
    ...frame,
    transform_matrix: frame.transform_matrix.map((row, r) =>
      row.map((value, c) => r < 3 ? change(value, r, c) : value)
    ),
  })),
});

async function jpeg({ width, height, pixels }: Picture, orientation: number): Promise<Uint8Array> {
  const specifier = "npm:jpeg-js@0.4.4";
  const { encode } = await import(specifier);
  const data = Uint8Array.from(
    { length: width * height * 4 },
    (_, i) => i % 4 === 3 ? 255 : Math.round(255 * pixels[Math.floor(i / 4) * 3 + i % 4]),
  );
  const file = Uint8Array.from(encode({ width, height, data }, 100).data);
  return Uint8Array.from([...file.subarray(0, 2), ...segment(0xe1, exif(orientation)), ...file.subarray(2)]);
}

/** A picture with a magenta square, and the mask that hides it. */
function painted(picture: Picture, i: number): { picture: Picture; mask: Picture } {
  const [left, top] = [4 + i % 5 * 4, 6 + i % 3 * 6];
  const inside = (pixel: number) => {
    const [x, y] = [pixel % SIDE - left, Math.floor(pixel / SIDE) - top];
    return x >= 0 && x < 10 && y >= 0 && y < 10;
  };
  const pixels = picture.pixels.map((value, at) => inside(Math.floor(at / 3)) ? [1, 0, 1][at % 3] : value);
  const mask = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => inside(pixel) ? 0 : 1);
  return { picture: { ...picture, pixels }, mask: { width: SIDE, height: SIDE, channels: 1, pixels: mask } };
}

/** For each variant, how it is made, and whether it has transforms_train.json and transforms_test.json. */
const VARIANTS: Record<string, { make: () => Variant | Promise<Variant>; synthetic?: boolean }> = {
  "as it is": { make: plain },
  "every second photograph with EXIF orientation 3": {
    async make() {
      const variant = plain();
      for (const [i, { picture }] of views.entries()) {
        variant.pictures.set(pathOf(i), await jpeg(picture, i % 2 === 1 ? 3 : 1));
      }
      return variant;
    },
  },
  "NeRF-synthetic": { make: plain, synthetic: true },
  "NeRF-synthetic, times 10": {
    make: () => mapMatrices(plain(), (value, _, column) => column === 3 ? 10 * value : value),
    synthetic: true,
  },
  "NeRF-synthetic, times 0.1": {
    make: () => mapMatrices(plain(), (value, _, column) => column === 3 ? value / 10 : value),
    synthetic: true,
  },
  "masks over magenta squares": {
    make() {
      const variant = plain();
      views.forEach(({ picture }, i) => {
        const { picture: seen, mask } = painted(picture, i);
        variant.pictures.set(pathOf(i), seen).set(`masks/${i}.png`, mask);
        variant.frames[i].mask_path = `masks/${i}.png`;
      });
      return variant;
    },
  },
  "pictures of two sizes": {
    make() {
      const variant = plain();
      views.forEach(({ picture, test }, i) => {
        if (i % 2 === 1 && !test) variant.pictures.set(pathOf(i), averagePicture(picture, SIDE - 8, SIDE - 8));
      });
      return variant;
    },
  },
  "matrices scaled by one half": {
    make: () => mapMatrices(plain(), (value, _, column) => column === 3 ? value : value / 2),
  },
  "matrices of three decimals": { make: () => mapMatrices(plain(), (value) => Number(value.toFixed(3))) },
  "paths of another system": {
    make() {
      const { frames, shared, ...rest } = plain();
      const foreign = (path: string) => `C:\\Users\\someone\\scene\\${path.replace("/", "\\")}`;
      const test_filenames = (shared.test_filenames as string[]).map(foreign);
      return {
        ...rest,
        shared: { ...shared, test_filenames },
        frames: frames.map((f) => ({ ...f, file_path: foreign(f.file_path) })),
      };
    },
  },
  "K in every frame and pictures in images_4 only": {
    make() {
      const { frames, shared: { camera_angle_x: _, ...shared }, pictures } = plain();
      const focal = 2 * SIDE / Math.tan(0.31);
      const K = [[focal, 0, 2 * SIDE], [0, focal, 2 * SIDE], [0, 0, 1]];
      return {
        shared: { ...shared, w: 4 * SIDE, h: 4 * SIDE },
        frames: frames.map((frame) => ({ ...frame, K })),
        pictures: new Map([...pictures].map(([path, picture]) => [path.replace("images/", "images_4/"), picture])),
      };
    },
  },
};

async function write(folder: string, { shared, frames, pictures }: Variant, synthetic: boolean): Promise<void> {
  for (const [path, picture] of pictures) {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.writeFile(join(folder, path), picture instanceof Uint8Array ? picture : encodePng(picture));
  }
  const file = (name: string, content: object) => Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  if (!synthetic) return await file("transforms.json", { ...shared, frames });
  const { camera_angle_x } = shared;
  await file("transforms_train.json", { camera_angle_x, frames: frames.filter((_, i) => !views[i].test) });
  await file("transforms_test.json", { camera_angle_x, frames: frames.filter((_, i) => views[i].test) });
}

const [steps = "450", ...names] = Deno.args;
const epochs = Math.max(1, Math.round(Number(steps) * 256 / (views.filter(({ test }) => !test).length * SIDE * SIDE)));
const root = await Deno.makeTempDir();
try {
  for (const [name, { make, synthetic = false }] of Object.entries(VARIANTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const folder = join(root, name.replaceAll(" ", "_").replaceAll(",", ""));
    await write(folder, await make(), synthetic);
    const options = `--preset tiny --kernels register --epochs ${epochs} --test-views 4 --name run --seed 0`.split(" ");
    const { code, stderr } = await outcome(startTask("nerf", [folder, ...options], folder));
    if (code !== 0) throw new Error(`${name}: ${stderr}`);
    const { testPsnr, steps } = JSON.parse(await Deno.readTextFile(join(folder, "runs/nerf/run/summary.json")));
    const warnings = stderr.split("\n").filter((line) => line.startsWith("warning")).length;
    console.log(`${name}: ${testPsnr.toFixed(2)} dB after ${steps} steps, ${warnings} warnings`);
  }
} finally {
  await Deno.remove(root, { recursive: true });
}
