import { readScene } from "../../mod.ts";
import { type Scene, type SceneFiles, sceneFromBytes } from "../../lib/data/scene/mod.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { llffRow, npy, testPng } from "../support/scenes.ts";
import { type Choices, damaged, fuzz } from "./fuzz.ts";

const PICTURES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  ["images/0.png", "images/1.png", "images/2.png", "images_2/0.png", "masks/0.png"].map((path, i) => [
    path,
    testPng(8, 6, i),
  ]),
);

/** Values that stand where others are expected. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e-300,
  1e308,
  2 ** 53,
  "",
  "x",
  "../../outside.png",
  "/etc/passwd",
  "C:\\a\\b.png",
  "https://example.org/0.png",
  "\x1b[2J\x07\u202e",
  "a/".repeat(3000),
  "images/0.png\0",
  "__proto__",
  {},
  { toString: 1 },
  [],
  [[]],
  [1, 2, 3],
  JSON.parse("[".repeat(3000) + "]".repeat(3000)),
  Array(2000).fill({ file_path: "images/0.png" }),
];

const KEYS = [
  ..."fl_x fl_y cx cy w h camera_angle_x camera_angle_y K k1 k2 k3 k4 p1 p2 distortion_params near far".split(" "),
  ..."camera_model is_fisheye equirectangular ftheta_p0 rolling_shutter train_filenames test_filenames".split(" "),
  ..."mask_path depth_path transform_matrix file_path frames time constructor toString __proto__ \x1b[31m".split(" "),
];

/** A value of a kind that the key may have, or any other. */
function valueOf(key: string, choices: Choices): unknown {
  const number = () => choices.pick([0, 1, -1, 4, 10, 0.1, 1000, choices.number() * 20]);
  if (choices.below(3) === 0) return choices.pick(ODD);
  if (key === "K") return choices.pick([[[10, 0, 4], [0, 10, 3], [0, 0, 1]], Array.from({ length: 9 }, number)]);
  if (key === "distortion_params") return Array.from({ length: 6 }, () => choices.number() / 10);
  if (key.endsWith("filenames")) return ["images/0.png", choices.pick(ODD)];
  if (key === "mask_path") return choices.pick(["masks/0.png", "masks/1.png", "../masks/0.png"]);
  return number();
}

function transformsFile(choices: Choices): Uint8Array {
  const count = 1 + choices.below(4);
  const change = (object: Record<string, unknown>) => {
    for (let i = choices.below(3); i > 0; i--) {
      const key = choices.pick(KEYS);
      Object.defineProperty(object, key, { value: valueOf(key, choices), enumerable: true, configurable: true });
    }
    return object;
  };
  const frames = Array.from({ length: count }, (_, i) => {
    const a = i + choices.number();
    const pose = lookingAt([4 * Math.cos(a), 4 * Math.sin(a), 1], [0, 0, 0], [0, 0, 1]);
    const matrix: unknown[][] = [...[0, 1, 2].map((r) => pose.slice(4 * r, 4 * r + 4)), [0, 0, 0, 1]];
    if (choices.below(8) === 0) matrix[choices.below(4)][choices.below(4)] = choices.pick([...ODD, 0.5, 1e16]);
    const path = choices.pick([`images/${i}.png`, `images\\${i}.png`, `../scene/images/${i}`, `${i}.png`]);
    return change({ file_path: path, transform_matrix: matrix });
  });
  return new TextEncoder().encode(JSON.stringify(change({ camera_angle_x: 0.8, frames })));
}

/** Files in memory that fail where a path leaves the folder, or is not one of a scene's kinds. */
function watched(files: Readonly<Record<string, Uint8Array>>): SceneFiles {
  const inner = sceneFromBytes(files, "scene");
  const check = (path: string) => {
    const leaves = path.startsWith("/") || path.includes("\0") || path.split("/").includes("..") ||
      /^[a-z]:/i.test(path);
    if (leaves) throw new TypeError(`read outside of the scene: ${JSON.stringify(path)}`);
  };
  return {
    name: inner.name,
    read: (path) => (check(path), inner.read(path)),
    list: (folder) => (check(folder), inner.list(folder)),
  };
}

/** Bytes of the pictures that were decoded. Warnings are checked as messages are: one printable line. */
function sizeOf({ train, test, warnings }: Scene): number {
  for (const warning of [...warnings, ...[...train, ...test].map(({ name }) => name)]) {
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x1f\x7f-\x9f\u202e]/.test(warning)) {
      throw new TypeError(`control characters in ${JSON.stringify(warning)}`);
    }
    if (warning.length > 2000) throw new TypeError(`a warning of ${warning.length} characters`);
  }
  return [...train, ...test].reduce((sum, { picture }) => sum + picture.pixels.byteLength, 0);
}

async function read(files: Readonly<Record<string, Uint8Array>>): Promise<number> {
  const fetched = globalThis.fetch;
  globalThis.fetch = () => {
    throw new TypeError("something was fetched");
  };
  try {
    return sizeOf(await readScene(watched(files)));
  } finally {
    globalThis.fetch = fetched;
  }
}

fuzz("transforms.json", (choices) => ({
  name: "scene",
  bytes: damaged(transformsFile(choices), choices),
  read: (bytes) => read({ ...PICTURES, "transforms.json": bytes }),
}));

fuzz("transforms_train.json", (choices) => {
  const test: Record<string, Uint8Array> = choices.below(2) === 0
    ? { "transforms_test.json": damaged(transformsFile(choices), choices) }
    : {};
  return {
    name: "scene",
    bytes: damaged(transformsFile(choices), choices),
    read: (bytes) => read({ ...PICTURES, ...test, "transforms_train.json": bytes }),
  };
});

fuzz("poses_bounds.npy", (choices) => {
  const rows = Array.from({ length: 3 }, (_, i) => llffRow(i / 10).with(4, 6).with(9, 8));
  for (let i = choices.below(4); i > 0; i--) {
    const odd = [NaN, Infinity, -1, 0, 1e-300, 1e300, 0.5, 1e16];
    rows[choices.below(3)][choices.below(17)] = choices.pick(odd);
  }
  return {
    name: "scene",
    bytes: damaged(npy(rows.flat(), choices.pick(["(3, 17)", "(51,)", "(17, 3)", "(3,17,1)"])), choices),
    read: (bytes) => read({ ...PICTURES, "poses_bounds.npy": bytes }),
  };
});
