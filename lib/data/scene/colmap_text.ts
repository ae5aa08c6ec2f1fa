import type { Vector3 } from "./camera.ts";
import { CAMERA_MODELS } from "./colmap_lens.ts";
import type { ColmapCamera, ColmapFile, ColmapFiles, ColmapImage, ColmapModel } from "./colmap_model.ts";
import { shown } from "./json_value.ts";

/** Reads the text files of a COLMAP model. */
export function readTextModel({ cameras, images, points }: ColmapFiles): ColmapModel {
  return {
    cameras: new Map(records(cameras).map(readCamera)),
    images: readImages(images),
    points: new Map(records(points).map(readPoint)),
  };
}

/** A line of a file, with its name in error messages. */
interface Line {
  readonly what: string;
  readonly text: string;
}

function lines({ where, bytes }: ColmapFile): Line[] {
  const texts = new TextDecoder().decode(bytes).split("\n");
  return texts.map((text, i) => ({ what: `${where}, line ${i + 1}`, text: text.trim() }));
}

const isRecord = ({ text }: Line) => text !== "" && !text.startsWith("#");

/** The lines that are neither empty nor comments. */
function records(file: ColmapFile): Line[] {
  return lines(file).filter(isRecord);
}

function readCamera({ what, text }: Line): [number, ColmapCamera] {
  const [number, model, ...numbers] = text.split(/\s+/);
  const known = CAMERA_MODELS.find((each) => each.model === model);
  if (known === undefined) {
    const names = CAMERA_MODELS.map((each) => each.model).join(", ");
    throw new Error(`${what}: expected a camera model of ${names}, found ${shown(model)}.`);
  }
  const [width, height, ...parameters] = numbersOf(what, numbers, 2 + known.parameters.length);
  return [numbersOf(what, [number], 1)[0], { what, model, width, height, parameters }];
}

/** Reads pairs of lines: a picture with its pose, and then what is seen in it, which may be an empty line. */
function readImages(file: ColmapFile): ColmapImage[] {
  const all = lines(file);
  const images: ColmapImage[] = [];
  for (let i = 0; i < all.length; i++) {
    if (!isRecord(all[i])) continue;
    const { what, text } = all[i];
    const [, numbers, name] = /^((?:\S+\s+){8}\S+)\s+(.+)$/.exec(text) ?? [];
    if (numbers === undefined) {
      throw new Error(`${what}: expected 9 numbers and a name of a picture, found ${shown(text)}.`);
    }
    const [_, w, x, y, z, right, down, forward, camera] = numbersOf(what, numbers.split(/\s+/), 9);
    const seen = all[++i] ?? { what, text: "" };
    const points = pointsOf(seen);
    images.push({ what, name, rotation: [w, x, y, z], translation: [right, down, forward], camera, points });
  }
  return images;
}

/** The numbers of the points that a line of "x y number" lists; −1 stands for none. */
function pointsOf({ what, text }: Line): number[] {
  const numbers = text === "" ? [] : text.split(/\s+/).map(Number);
  if (numbers.length % 3 !== 0 || numbers.some((value) => !Number.isFinite(value))) {
    throw new Error(`${what}: expected three numbers for each point of the picture above, found ${shown(text)}.`);
  }
  return numbers.filter((value, i) => i % 3 === 2 && value >= 0);
}

function readPoint({ what, text }: Line): [number, Vector3] {
  const [number, x, y, z] = numbersOf(what, text.split(/\s+/).slice(0, 4), 4);
  return [number, [x, y, z]];
}

/** So many finite numbers. */
function numbersOf(what: string, texts: readonly string[], count: number): number[] {
  const numbers = texts.map(Number);
  const odd = texts.findIndex((_, i) => !Number.isFinite(numbers[i]));
  if (odd >= 0) throw new Error(`${what}: expected numbers, found ${shown(texts[odd])}.`);
  if (numbers.length !== count) throw new Error(`${what}: expected ${count} numbers, found ${numbers.length}.`);
  return numbers;
}
