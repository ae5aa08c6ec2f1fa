import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readScene, sceneFolder } from "../../../mod.ts";
import { readNpy } from "../../../lib/codec/mod.ts";
import { sceneFromBytes, sceneOfFile, type SceneOptions } from "../../../lib/data/scene/mod.ts";
import { llffFiles, llffRow, npy, testPng } from "../../support/scenes.ts";

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const identity = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 4], [0, 0, 0, 1]];
const opposite = [[-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, -4], [0, 0, 0, 1]];

function llff(count: number, change: Record<string, Uint8Array> = {}) {
  return sceneFromBytes({ ...llffFiles(count), ...change }, "scene");
}
function transforms(
  frames: unknown[],
  shared: object = { camera_angle_x: 0.8 },
  files: Record<string, Uint8Array> = {},
) {
  const pictures = { "images/a.png": testPng(20, 15), "images/b.png": testPng(20, 15, 3) };
  return sceneFromBytes({ "transforms.json": text({ ...shared, frames }), ...pictures, ...files }, "scene");
}
const a = { file_path: "./images/a.png", transform_matrix: identity };
const b = { file_path: "./images/b.png", transform_matrix: opposite };

Deno.test("LLFF: columns are turned, intrinsics scaled, a missing folder replaced, every 8th view held out", async () => {
  const scene = await readScene(llff(9), { downscale: 8 });
  assertEquals([scene.train.length, scene.test.length, scene.kind], [7, 2, "forward"]);
  assertEquals(scene.test.map(({ name }) => name), ["images_4/00.png", "images_4/08.png"]);
  const { camera, picture } = scene.train[0];
  assertEquals(camera.pose, [1, -0, 0, 0.1, 0, 1, 0, 0, 0, -0, 1, 0]);
  assertEquals([camera.width, camera.height, camera.focal, camera.centre], [20, 15, [25, 25], [10, 7.5]]);
  assertEquals([picture.width, picture.height, picture.channels], [20, 15, 3]);
  assertAlmostEquals(scene.near, 1.8, 1e-12);
  assertEquals(scene.warnings, ["scene: the folder images_8 is missing, so images_4 is read instead."]);
});

Deno.test("a scene is read by the file that is named, whatever lies beside it", async () => {
  const both = { ...llffFiles(2), "transforms.json": text({ camera_angle_x: 0.8, frames: [a, b] }) };
  const files = sceneFromBytes(
    { ...both, "images/a.png": testPng(20, 15), "images/b.png": testPng(20, 15, 3) },
    "scene",
  );
  const named = await readScene(sceneOfFile(files, "transforms.json"));
  assertEquals([named.train[0].name, named.test[0].name], ["images/b.png", "images/a.png"]);
  assertEquals(named.warnings.filter((warning) => warning.includes("poses_bounds")), []);
  assertEquals((await readScene(files, { downscale: 4 })).train[0].name, "images_4/01.png");
});

Deno.test("LLFF: any factor's folder is found, the largest pictures first", async () => {
  const { "poses_bounds.npy": poses, ...pictures } = llffFiles(2);
  const in3 = Object.fromEntries(
    Object.entries(pictures).map(([path, png]) => [path.replace("images_4", "images_3"), png]),
  );
  const files = { "poses_bounds.npy": poses, ...pictures, ...in3, "images_x/a.png": testPng(4, 3) };
  const scene = await readScene(sceneFromBytes(files, "scene"));
  assertEquals(scene.test.map(({ name }) => name), ["images_3/00.png"]);
  assertEquals(scene.warnings, ["scene: the folder images_8 is missing, so images_3 is read instead."]);
  const only1 = Object.fromEntries(Object.entries(in3).map(([path, png]) => [path.replace("_3", "_1"), png]));
  assertEquals(
    (await readScene(sceneFromBytes({ ...only1, "poses_bounds.npy": poses }), { downscale: 1 })).warnings,
    [],
  );
  const none = sceneFromBytes({ "poses_bounds.npy": poses }, "scene");
  const error = await assertRejects(() => readScene(none), Error);
  assertEquals(error.message, "scene: expected pictures in images, images_2 or a similar folder, found none.");
});

Deno.test("transforms.json: lists of names tell which views are held out", async () => {
  const c = { ...b, file_path: "images/c.png" };
  const files = { "images/c.png": testPng(20, 15, 5) };
  const read = async (lists: object) => {
    const { train, test, warnings } = await readScene(transforms([a, b, c], { camera_angle_x: 0.8, ...lists }, files));
    return [train, test].map((views) => views.map(({ name }) => name.slice(7, 8)).join("")).concat(warnings);
  };
  assertEquals(await read({}), ["bc", "a"]);
  assertEquals(await read({ train_filenames: ["images/a.png", "images/b.png"], test_filenames: ["./images/c.png"] }), [
    "ab",
    "c",
  ]);
  assertEquals(await read({ train_filenames: ["images/a.png"], test_filenames: [], val_filenames: ["images/c.png"] }), [
    "a",
    "c",
    "scene/transforms.json: 1 of 3 pictures are neither in the list for training nor in that for testing.",
  ]);
  // What is neither trained nor tested on stays out; a lone list leaves the others; endings may be left out.
  assertEquals((await read({ test_filenames: ["images/c.png"], val_filenames: ["images/b.png"] })).slice(0, 2), [
    "a",
    "c",
  ]);
  assertEquals(await read({ train_filenames: ["images/a", "images/c"] }), ["ac", "b"]);
  assertEquals(await read({ test_filenames: ["images/x.png"], val_filenames: ["images/b.png"] }), [
    "ac",
    "b",
    "scene/transforms.json: none of the pictures in test_filenames exists.",
  ]);
  await assertRejects(
    () => read({ train_filenames: ["images/a.png", "images/b.png"], test_filenames: ["images/b.png"] }),
    Error,
    "scene/transforms.json: expected views held out from training, but images/b.png is in the lists of both.",
  );
  await assertRejects(
    () => read({ train_filenames: ["images/a.png", "images/b.png", "images/c.png"] }),
    Error,
    "expected pictures for training and others for testing in the lists of names, found 3 and 0.",
  );
  await assertRejects(
    () => read({ test_filenames: "c" }),
    Error,
    'test_filenames: expected a list of names, found "c".',
  );
});

Deno.test("the last tenth is held out if asked for, and a size shrinks pictures and cameras", async () => {
  const scene = await readScene(llff(20), { downscale: 4, hold: "last10%", size: 10 });
  assertEquals(scene.test.map(({ name }) => name), ["images_4/18.png", "images_4/19.png"]);
  const { camera, picture } = scene.test[0];
  assertEquals([picture.width, picture.height, camera.width, camera.height], [10, 7, 10, 7]);
  assertEquals(camera.focal[0], 12.5);
});

Deno.test("NeRF-synthetic: names without ending, alpha over the background, splits by file", async () => {
  const frame = { file_path: "./train/r_0", transform_matrix: identity };
  const files = {
    "transforms_train.json": text({ camera_angle_x: Math.PI / 2, frames: [frame] }),
    "transforms_test.json": text({ camera_angle_x: Math.PI / 2, frames: [{ ...frame, file_path: "./test/r_0" }] }),
    "train/r_0.png": testPng(16, 16),
    "test/r_0.png": testPng(16, 16),
  };
  const scene = await readScene(sceneFromBytes(files));
  assertEquals([scene.train.length, scene.test.length, scene.near, scene.far], [1, 1, 2, 6]);
  assertAlmostEquals(scene.train[0].camera.focal[0], 8, 1e-12);
  assertEquals(scene.background, "white");
});

Deno.test("transforms.json: a frame's intrinsics win over shared ones, missing pictures give one warning", async () => {
  const own = { ...b, fl_x: 31, fl_y: 32, cx: 9, cy: 8, k1: 0.1, p2: 0.01 };
  const missing = { file_path: "images/none.png", transform_matrix: identity };
  const scene = await readScene(transforms([a, own, missing, missing]));
  assertEquals(scene.warnings, ["scene/transforms.json: 2 of 4 pictures are missing, such as images/none.png."]);
  assertAlmostEquals(scene.test[0].camera.focal[0], 10 / Math.tan(0.4), 1e-12);
  const { focal, centre, distortion } = scene.train[0].camera;
  assertEquals([focal, centre], [[31, 32], [9, 8]]);
  assertEquals(distortion, { k1: 0.1, k2: 0, k3: 0, p1: 0, p2: 0.01 });
});

Deno.test("npy: f32 is read, other types, orders and lengths are refused", () => {
  assertEquals(readNpy(npy([1, 2, 3, 4], "(2, 2)")), { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
  const single = npy([0, 0], "(4,)", "<f4");
  new DataView(single.buffer).setFloat32(single.length - 16, 1.5, true);
  assertEquals([...readNpy(single).data], [1.5, 0, 0, 0]);
});

const malformed: [string, () => ReturnType<typeof llff>, string][] = [
  [
    "a wrong dtype",
    () => llff(3, { "poses_bounds.npy": npy([1], "(1,)", "<c16") }),
    'scene/poses_bounds.npy: expected an array of f32 or f64 ("<f4", "<f8"), of integers of 8 to 64 bits ("|u1", "<i8") or of truth values ("|b1"), ' +
    'found "<c16".',
  ],
  [
    "a wrong shape",
    () => llff(3, { "poses_bounds.npy": npy([1, 2], "(2, 1)") }),
    "scene/poses_bounds.npy: expected an array of shape (views, 17) with at least 2 views, found (2, 1).",
  ],
  [
    "an array cut off",
    () => llff(3, { "poses_bounds.npy": npy([1, 2], "(3, 17)") }),
    "scene/poses_bounds.npy: expected 408 bytes for an array of shape (3, 17), found 16.",
  ],
  [
    "more pictures than poses",
    () => llff(3, { "images_4/99.png": testPng(20, 15) }),
    "scene: expected 3 pictures in images_4, one for each pose, found 4.",
  ],
  [
    "a NaN pose",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(NaN)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected a pose of 3 × 4 finite numbers, found 1 0 0 NaN 0 1 0 0 0 0 1 0.",
  ],
  [
    "a picture that two frames have",
    () => transforms([a, b, a]),
    "scene/transforms.json, frame 2: expected a picture of its own, but images/a.png is another frame's too.",
  ],
  [
    "an angle of 0",
    () => transforms([a, b], { camera_angle_x: 0 }),
    "scene/transforms.json, frame 0: camera_angle_x: expected an angle between 0 and π, found 0.",
  ],
  [
    "a position beyond f32",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(1e30)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected a position within ±1e15, found 1e+30.",
  ],
  [
    "a zero focal length in LLFF",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(0).with(14, 0)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected a positive focal length, found 0.",
  ],
  [
    "a rotation that is none",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(0).with(1, 1.2)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: the pose's rotation is not orthonormal (products of its columns are off by 0.44).",
  ],
  [
    "bounds out of order",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(0).with(16, 1)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected distances 0 < nearest < farthest, found 2 and 1.",
  ],
  [
    "a zero focal length",
    () => transforms([a, { ...b, fl_x: 0 }]),
    "scene/transforms.json, frame 1: expected a positive focal length, found 0.",
  ],
  [
    "no focal length",
    () => transforms([a, b], {}),
    "scene/transforms.json, frame 0: expected a focal length (fl_x or camera_angle_x), found none.",
  ],
  [
    "a JSON that is not a scene",
    () => sceneFromBytes({ "transforms.json": text({ name: "x" }) }, "scene"),
    'scene/transforms.json: this file is no scene: expected a list "frames" with at least one frame, found none.',
  ],
  [
    "a path that leaves the folder",
    () => transforms([a, { ...b, file_path: "../../etc/passwd" }]),
    'scene/transforms.json, frame 1: the path "../../etc/passwd" leaves the scene\'s folder.',
  ],
  [
    "an absolute path",
    () => transforms([a, { ...b, file_path: "/etc/passwd" }]),
    'scene/transforms.json, frame 1: the path "/etc/passwd" leaves the scene\'s folder.',
  ],
  [
    "a matrix of another size",
    () => transforms([a, { ...b, transform_matrix: [[1, 2], [3, 4]] }]),
    "scene/transforms.json, frame 1: expected a transform_matrix of 4 × 4 numbers, found a list of 2.",
  ],
  [
    "a mirrored pose",
    () => transforms([a, { ...b, transform_matrix: [[-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] }]),
    "scene/transforms.json, frame 1: the pose's rotation is mirrored: its columns are left-handed.",
  ],
  [
    "cameras that all stand in one place",
    () => transforms([a, { ...b, transform_matrix: identity }]),
    "scene/transforms.json: expected cameras around an object, or the bounds near and far, but all cameras are in one place.",
  ],
  [
    "no picture at all",
    () => transforms([{ ...a, file_path: "x.png" }]),
    "scene/transforms.json: none of its 1 pictures exists, such as x.png.",
  ],
  [
    "a fisheye lens",
    () => transforms([a, b], { camera_model: "OPENCV_FISHEYE", fl_x: 10 }),
    'scene/transforms.json: expected a camera_model OPENCV or PINHOLE, found "OPENCV_FISHEYE".',
  ],
  [
    "a fisheye lens of one frame",
    () => transforms([a, { ...b, camera_model: "OPENCV_FISHEYE" }], { fl_x: 10 }),
    'scene/transforms.json, frame 1: expected a camera_model OPENCV or PINHOLE, found "OPENCV_FISHEYE".',
  ],
  [
    "a lens called a fisheye",
    () => transforms([a, b], { is_fisheye: true, fl_x: 10 }),
    "scene/transforms.json: expected a lens that is no fisheye, found is_fisheye true.",
  ],
  [
    "a lens with a fourth number",
    () => transforms([a, { ...b, k4: 0.1 }], { fl_x: 10, k4: 0 }),
    "scene/transforms.json, frame 1: expected a lens of k1, k2, k3, p1 and p2, found k4 0.1.",
  ],
  [
    "a lens that folds the picture",
    () => transforms([a, b], { fl_x: 10, k1: -0.5 }),
    "scene/transforms.json, frame 0: expected a distortion that can be undone in the whole picture, " +
    "but k1 -0.5, k2 0, k3 0, p1 0, p2 0 cannot be.",
  ],
  [
    "a width of 0",
    () => transforms([a, b], { fl_x: 10, w: 0, h: 0 }),
    "scene/transforms.json, frame 0: expected a width and height (w, h) of whole positive numbers, found 0 and 0.",
  ],
  [
    "a negative width",
    () => transforms([a, { ...b, w: -20, h: 15 }], { fl_x: 10 }),
    "scene/transforms.json, frame 1: expected a width and height (w, h) of whole positive numbers, found -20 and 15.",
  ],
  [
    "a width without height",
    () => transforms([a, b], { fl_x: 10, w: 20 }),
    "scene/transforms.json, frame 0: expected both w and h, or neither, found only w.",
  ],
  [
    "a picture that lies on its side",
    () => transforms([a, b], { fl_x: 10, w: 15, h: 20 }),
    "scene/transforms.json, frame 0: expected a width and height (w, h) in the ratio of the picture's, 20×15 pixels, " +
    "found 15×20; if photographs were rotated, also by their EXIF data, their cameras must be estimated after that.",
  ],
  [
    "a picture that lies on its side in LLFF",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(0).with(4, 40).with(9, 30)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected a width and height (w, h) in the ratio of the picture's, 20×15 pixels, " +
    "found 30×40; if photographs were rotated, also by their EXIF data, their cameras must be estimated after that.",
  ],
  [
    "a height of 0 in LLFF",
    () => llff(2, { "poses_bounds.npy": npy([...llffRow(0), ...llffRow(0).with(4, 0)], "(2, 17)") }),
    "scene/poses_bounds.npy, row 1: expected a width and height (w, h) of whole positive numbers, found 40 and 0.",
  ],
  [
    "a folder in a picture's place",
    () => llff(3, { "images_4/01.png": undefined as unknown as Uint8Array }),
    "scene/images_4/01.png: expected a picture, but it is no file.",
  ],
  [
    "a path that every object has",
    () => transforms([{ ...a, file_path: "constructor" }]),
    "scene/transforms.json: none of its 1 pictures exists, such as constructor.",
  ],
  [
    "an empty folder",
    () => sceneFromBytes({}, "scene"),
    "scene: this folder is no scene: expected one of poses_bounds.npy, transforms_train.json, transforms.json or sparse/0/cameras.bin, found none.",
  ],
];
Deno.test("w and h may be those of the picture before it was shrunk, up to whole pixels", async () => {
  for (const [w, h] of [[40, 30], [41, 31], [1999, 1500], [10, 7]]) {
    const { train } = await readScene(transforms([a, b], { fl_x: w, w, h }));
    assertAlmostEquals(train[0].camera.focal[0], 20, 1e-12);
  }
});

Deno.test("a frame's own focal length wins over shared ones, whichever way each is told", async () => {
  const shared = { fl_x: 50, fl_y: 40 };
  const { test, train } = await readScene(transforms([{ ...a, camera_angle_x: Math.PI / 2 }, b], shared));
  test[0].camera.focal.forEach((focal) => assertAlmostEquals(focal, 10, 1e-12));
  assertEquals(train[0].camera.focal, [50, 40]);
  const vertical = await readScene(transforms([a, { ...b, fl_y: 30 }], { fl_y: 40, camera_model: null }));
  assertEquals([vertical.test[0].camera.focal, vertical.train[0].camera.focal], [[40, 40], [30, 30]]);
});

Deno.test("files that macOS leaves beside pictures are passed over", async () => {
  const scene = await readScene(llff(3, { "images_4/._00.png": new Uint8Array(8) }), { downscale: 4 });
  assertEquals(scene.test.length + scene.train.length, 3);
});

Deno.test("bounds that cannot be told from the cameras come with a warning, unless they are given", async () => {
  const moved = (matrix: number[][], x: number) => matrix.map((row, i) => i === 0 ? row.with(3, x) : row);
  const parallel = transforms([a, { ...b, transform_matrix: moved(identity, 1) }]);
  const [warning] = (await readScene(parallel)).warnings;
  assertEquals(
    warning,
    "scene/transforms.json: the cameras' axes are nearly parallel, so near 0.0500 and far 1.25 can only be " +
      "guessed; give near and far in the units of the poses.",
  );
  assertEquals((await readScene(parallel, { near: 1, far: 9 })).warnings, []);
  const turned = (degrees: number, x: number) => {
    const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    return [[c, 0, s, x], [0, 1, 0, 0], [-s, 0, c, 0], [0, 0, 0, 1]];
  };
  // The second one looks to its right from the right of the first one: their axes meet behind both.
  const outward = [{ ...a, transform_matrix: turned(20, -1) }, { ...b, transform_matrix: turned(-20, 1) }];
  assertEquals(
    (await readScene(transforms(outward))).warnings[0].split(", so")[0],
    "scene/transforms.json: the point nearest to all cameras' axes lies behind 2 of 2 cameras",
  );
  const inward = [{ ...a, transform_matrix: turned(-20, -1) }, { ...b, transform_matrix: turned(20, 1) }];
  assertEquals((await readScene(transforms(inward))).warnings, []);
});

Deno.test("options that are none are refused in one sentence", async () => {
  const refuses = (options: SceneOptions, message: string) =>
    assertRejects(() => readScene(llff(3), options), Error, message);
  for (const size of [-3, 0, 1.5, NaN]) {
    await refuses({ size }, `readScene: size: expected a whole number of at least 1, found ${size}.`);
  }
  await refuses({ downscale: 0 }, "readScene: downscale: expected a whole number of at least 1, found 0.");
  const hold = "every3" as "every8";
  await refuses({ hold }, "readScene: hold: expected one of every8, last10%, found every3.");
  await refuses({ far: 1e30 }, "scene: expected distances between 1e-15 and 1e15, found 1.8 and 1e+30.");
  await refuses({ near: 100 }, "scene: expected distances 0 < near < far, found 100 and 8.");
});

for (const [what, files, message] of malformed) {
  Deno.test(`${what} is refused in one sentence`, async () => {
    const error = await assertRejects(() => readScene(files()), Error);
    assertEquals(error.message, message);
  });
}

Deno.test("a folder on disk is read like one in memory, and does not give what lies outside", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${root}/outside.txt`, "x");
    await Deno.mkdir(`${root}/scene/images`, { recursive: true });
    const files = sceneFolder(`${root}/scene`);
    await Deno.writeFile(`${root}/scene/transforms.json`, text({ camera_angle_x: 0.8, frames: [a, b] }));
    for (const name of ["a", "b"]) await Deno.writeFile(`${root}/scene/images/${name}.png`, testPng(8, 6));
    assertEquals((await readScene(files)).train.length, 1);
    assertEquals([await files.read("none"), await files.read("images"), await files.list("none")], [
      undefined,
      undefined,
      undefined,
    ]);
    await assertRejects(() => files.read("../outside.txt"), Error, "leaves the scene's folder");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test({
  name: "links in a scene are followed, and one that leads to itself is refused in one sentence",
  // Links take rights there.
  ignore: Deno.build.os === "windows",
  async fn() {
    const root = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${root}/photographs`);
      await Deno.mkdir(`${root}/scene`);
      await Deno.writeTextFile(
        `${root}/scene/transforms.json`,
        JSON.stringify({ camera_angle_x: 0.8, frames: [a, b] }),
      );
      for (const name of ["a", "b"]) await Deno.writeFile(`${root}/photographs/${name}.png`, testPng(8, 6));
      await Deno.symlink("../photographs", `${root}/scene/images`);
      const files = sceneFolder(`${root}/scene`);
      assertEquals((await readScene(files)).train.length, 1);
      assertEquals(await files.list("images"), ["a.png", "b.png"]);
      await Deno.remove(`${root}/photographs/b.png`);
      await Deno.symlink("b.png", `${root}/photographs/b.png`);
      const error = await assertRejects(() => readScene(files), Error);
      assertEquals(error.message, `${root}/scene/images/b.png: cannot be read: symbolic links form a loop.`);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
