import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { encodePng, readScene } from "../../../mod.ts";
import { type Scene, sceneFromBytes, type SceneOptions, surveyScene } from "../../../lib/data/scene/mod.ts";
import { lookingAt } from "../../../lib/render/camera_path.ts";
import { exif, segment } from "../../codec/image/jpeg_builder.ts";
import { chunk } from "../../codec/image/png_builder.ts";
import { llffFiles, llffRow, npy, testPicture, testPng } from "../../support/scenes.ts";

type Files = Record<string, Uint8Array>;
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The matrix of a camera on a ring around a point, whose pose may be changed. */
function matrixAt(i: number, count: number, { scale = 1, around = [0, 0, 0], change = (pose: number[]) => pose } = {}) {
  const [a, e] = [2 * Math.PI * i / count, 0.3 + 0.4 * (i % 3) / 2];
  const offset = [4 * Math.cos(a) * Math.cos(e), 4 * Math.sin(a) * Math.cos(e), 4 * Math.sin(e)];
  const [focus, position] = [around, around.map((value, k) => value + offset[k])].map((point) =>
    point.map((value) => value * scale) as unknown as [number, number, number]
  );
  const pose = change(lookingAt(position, focus, [0, 0, 1]));
  return [...[0, 1, 2].map((r) => pose.slice(4 * r, 4 * r + 4)), [0, 0, 0, 1]];
}

interface RingOptions {
  count?: number;
  shared?: object;
  frame?: (i: number) => object;
  ring?: Parameters<typeof matrixAt>[2];
  files?: Files;
  path?: (i: number) => string;
  picture?: (i: number) => Uint8Array;
}

/** A `transforms.json` with cameras on a ring, and its pictures of 20 × 15 pixels in `images`. */
function ring({ count = 8, shared = { camera_angle_x: 0.8 }, frame, ring, files, path, picture }: RingOptions = {}) {
  const frames = Array.from({ length: count }, (_, i) => ({
    file_path: path?.(i) ?? `images/${i}.png`,
    transform_matrix: matrixAt(i, count, ring),
    ...frame?.(i),
  }));
  const pictures = Object.fromEntries(frames.map((_, i) => [`images/${i}.png`, picture?.(i) ?? testPng(20, 15, i)]));
  return sceneFromBytes({ "transforms.json": text({ ...shared, frames }), ...pictures, ...files }, "scene");
}

/** All views in the order of their names. */
const viewsOf = ({ train, test }: Scene) => [...train, ...test].sort((a, b) => a.name < b.name ? -1 : 1);

async function refuses(files: ReturnType<typeof ring>, message: string, options?: SceneOptions) {
  const error = await assertRejects(() => readScene(files, options), Error);
  assertEquals(error.message, message);
}

/** A JPEG with an EXIF orientation, whose rows get brighter from top to bottom. */
async function taggedJpeg(width: number, height: number, orientation: number): Promise<Uint8Array> {
  const specifier = "npm:jpeg-js@0.4.4";
  const { encode } = await import(specifier);
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => 200 * Math.floor(i / 4 / width) / height);
  const jpeg = Uint8Array.from(encode({ width, height, data }, 100).data);
  return Uint8Array.from([...jpeg.subarray(0, 2), ...segment(0xe1, exif(orientation)), ...jpeg.subarray(2)]);
}

Deno.test("photographs are used as stored, whatever their EXIF orientation, and one warning tells so", async () => {
  for (const orientation of [3, 6]) {
    const jpeg = await taggedJpeg(24, 16, orientation);
    const scene = await readScene(ring({ picture: (i) => i % 2 === 1 ? jpeg : testPng(24, 16) }));
    const { picture, camera } = viewsOf(scene)[1];
    assertEquals([picture.width, picture.height, camera.width, camera.height], [24, 16, 24, 16]);
    assertLess(picture.pixels[0], 0.1);
    assertGreater(picture.pixels.at(-1)!, 0.6);
    assertEquals(scene.warnings, [
      "scene: 4 of 8 photographs have an EXIF orientation, such as images/1.png; their pixels are used as they are stored, as " +
      "cameras are estimated on these.",
    ]);
  }
});

/** A PNG with a further chunk behind its header. */
function pngWith(type: string, content: number[], png = testPng(24, 16)): Uint8Array {
  return Uint8Array.from([...png.subarray(0, 33), ...chunk(type, content), ...png.subarray(33)]);
}

Deno.test("PNGs with an EXIF orientation are used as stored too", async () => {
  const turned = pngWith("eXIf", exif(6).slice(6));
  const plain = await readScene(ring({ picture: () => testPng(24, 16) }));
  const scene = await readScene(ring({ picture: () => turned }));
  assertEquals(viewsOf(scene).map(({ picture }) => picture), viewsOf(plain).map(({ picture }) => picture));
  assertEquals(scene.warnings, [
    "scene: 8 of 8 photographs have an EXIF orientation, such as images/0.png; their pixels are used as they are stored, as " +
    "cameras are estimated on these.",
  ]);
});

Deno.test("photographs whose colours are not sRGB are used all the same, and one warning tells so", async () => {
  const linear = pngWith("gAMA", [0, 1, 0x86, 0xa0]);
  const usual = pngWith("sRGB", [0]);
  const { warnings } = await readScene(ring({ picture: (i) => i % 4 === 3 ? linear : usual }));
  assertEquals(warnings, [
    "scene: 2 of 8 photographs have colours that are not sRGB, such as images/3.png with a gamma of 1; their pixels are taken as " +
    "sRGB.",
  ]);
  assertEquals((await surveyScene(ring({ picture: () => linear }))).warnings.length, 1);
  const files = { ...llffFiles(2), "images_4/01.png": pngWith("gAMA", [0, 1, 0x86, 0xa0], testPng(20, 15)) };
  const llff = await readScene(sceneFromBytes(files, "scene"), { downscale: 4 });
  assertEquals(llff.warnings, [
    "scene: 1 of 2 photographs have colours that are not sRGB, such as images_4/01.png with a gamma of 1; their pixels are taken as " +
    "sRGB.",
  ]);
});

Deno.test("masks of moving objects, which only instant-ngp reads, are warned of", async () => {
  const files = { "images/dynamic_mask_0.png": maskPng(20, 15, 1), "images/dynamic_mask_1.png": maskPng(20, 15, 1) };
  const { warnings } = await readScene(ring({ files }));
  assertEquals(warnings, [
    "scene: 2 masks of moving objects, such as images/dynamic_mask_0.png, are not read, so that those pixels are trained on; masks " +
    'are read from "mask_path" of frames.',
  ]);
});

Deno.test("photographs of an LLFF scene are used as stored too", async () => {
  const { "images_4/01.png": _, ...files } = llffFiles(2);
  const jpeg = await taggedJpeg(20, 15, 3);
  const scene = await readScene(sceneFromBytes({ ...files, "images_4/01.jpg": jpeg }, "scene"), { downscale: 4 });
  assertLess(scene.train[0].picture.pixels[0], 0.1);
  assert(scene.warnings[0].startsWith("scene: 1 of 2 photographs have an EXIF orientation, such as images_4/01.jpg;"));
});

Deno.test("photographs are turned upright where the sizes of their cameras are those of upright ones", async () => {
  const jpeg = await taggedJpeg(24, 16, 6);
  const scene = await readScene(ring({ picture: () => jpeg, shared: { camera_angle_x: 0.8, w: 32, h: 48 } }));
  const { picture, camera } = viewsOf(scene)[0];
  assertEquals([picture.width, picture.height, camera.width, camera.height], [16, 24, 16, 24]);
  // Orientation 6: the stored first row is on the right.
  assertGreater(picture.pixels[0], 0.6);
  assert(scene.warnings[0].includes("; they are turned upright"), scene.warnings[0]);
});

Deno.test("bounds of transforms_train.json grow with the poses, and stay 2 and 6 at the usual distance", async () => {
  const read = async (scale: number, options?: SceneOptions) => {
    const list = (folder: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        file_path: `${folder}/${i}`,
        transform_matrix: matrixAt(i, count, { scale }),
      }));
    const files: Files = {
      "transforms_train.json": text({ camera_angle_x: 0.8, frames: list("train", 6) }),
      "transforms_test.json": text({ camera_angle_x: 0.8, frames: list("test", 2) }),
    };
    for (let i = 0; i < 6; i++) files[`train/${i}.png`] = testPng(8, 8, i);
    for (let i = 0; i < 2; i++) files[`test/${i}.png`] = testPng(8, 8, i);
    const { near, far, warnings } = await readScene(sceneFromBytes(files, "scene"), options);
    return { near, far, warnings };
  };
  assertEquals(await read(1), { near: 2, far: 6, warnings: [] });
  for (const scale of [10, 0.1]) {
    const { near, far, warnings } = await read(scale);
    assertAlmostEquals(near / scale, 2, 1e-9);
    assertAlmostEquals(far / scale, 6, 1e-9);
    const [distance, from, to] = scale === 10 ? ["40.0", "20.0", "60.0"] : ["0.400", "0.200", "0.600"];
    assertEquals(warnings, [
      `scene/transforms_train.json: what the cameras look at is ${distance} away, not about 4 as in NeRF-synthetic scenes, so rays ` +
      `go from ${from} to ${to} instead of from 2 to 6.`,
    ]);
  }
  assertEquals((await read(10, { near: 2, far: 6 })).warnings, [
    "scene: rays go from 2 to 6, but what the cameras look at is 40 to 40 away from them (40 in the mean); near and far are in the " +
    "units of the poses.",
  ]);
  assertEquals(await read(10, { near: 25, far: 50 }), { near: 25, far: 50, warnings: [] });
});

Deno.test("bounds that a transforms file gives are used", async () => {
  const { near, far, warnings } = await readScene(ring({ shared: { camera_angle_x: 0.8, near: 1.5, far: 7 } }));
  assertEquals([near, far, warnings], [1.5, 7, []]);
  await refuses(
    ring({ shared: { camera_angle_x: 0.8, near: [1] } }),
    "scene/transforms.json: near: expected a number, found a list of 1.",
  );
});

/** A mask whose left part of a width is black. */
function maskPng(width: number, height: number, black: number): Uint8Array {
  const pixels = Float32Array.from({ length: width * height }, (_, i) => i % width < black ? 0 : 1);
  return encodePng({ width, height, channels: 1, pixels });
}

Deno.test("masks are read, and a pixel of a shrunk photograph is masked as soon as a part of it is", async () => {
  const files = { "masks/m.png": maskPng(20, 15, 5), "masks/large.png": maskPng(40, 30, 10) };
  const frame = (i: number) => i < 2 ? { mask_path: ["masks/m.png", "masks/large.png"][i] } : {};
  const masked = viewsOf(await readScene(ring({ files, frame })));
  for (const { mask } of masked.slice(0, 2)) {
    assertEquals(mask, Uint8Array.from({ length: 300 }, (_, i) => i % 20 < 5 ? 0 : 1));
  }
  assertEquals(masked[2].mask, undefined);
  // Of 10 columns, the third one is half masked.
  const shrunk = viewsOf(await readScene(ring({ files, frame }), { size: 10 }))[0];
  assertEquals(shrunk.mask, Uint8Array.from({ length: 70 }, (_, i) => i % 10 < 3 ? 0 : 1));
  await refuses(
    ring({ frame: () => ({ mask_path: "masks/none.png" }) }),
    'scene/transforms.json, frame 0: mask_path: expected a file in the scene\'s folder, but there is no "masks/none.png".',
  );
  await refuses(
    ring({ files: { "m.png": maskPng(10, 7, 1) }, frame: () => ({ mask_path: "m.png" }) }),
    "scene/m.png: expected a mask of the photograph's size, 20×15 pixels, or larger in the same ratio, found 10×7.",
  );
  const black = { "masks/m.png": maskPng(20, 15, 20) };
  const one = await readScene(ring({ files: black, frame: (i) => i === 1 ? { mask_path: "masks/m.png" } : {} }));
  assertEquals(one.train.length, 6);
  assertEquals(one.warnings, [
    "scene: 1 of 7 views are masked as a whole, such as images/1.png; they are left out.",
  ]);
});

Deno.test("a principal point outside the picture is refused with both sizes, one far from the middle is warned of", async () => {
  await refuses(
    ring({ shared: { fl_x: 100, cx: 48, cy: 40 } }),
    "scene/transforms.json, frame 0: expected a principal point (cx, cy) within the picture of 20×15 pixels, found (48, 40), which " +
      "would be the middle of one of 96×80 pixels; if the camera is given for another size, add it as w and h.",
  );
  const { warnings } = await readScene(ring({ shared: { fl_x: 20, cx: 5, cy: 4 } }));
  assertEquals(warnings, [
    "scene: a principal point is far from the middle of its picture: (5, 4) in 20×15 pixels; if the camera is given for another " +
    "size, add it as w and h.",
  ]);
  const [narrow] = (await readScene(ring({ shared: { fl_x: 200 } }))).warnings;
  assert(narrow.startsWith("scene: pictures are 5.72 to 5.72 degrees wide, which is unusual;"), narrow);
});

Deno.test("lenses that cannot be drawn are refused by the name of their key, and keys that say no are not", async () => {
  const refused: [object, string][] = [
    [{ ftheta_p0: 0, ftheta_p1: 0.1 }, "expected a pinhole camera, found ftheta_p0 0."],
    [{ equirectangular: true }, "expected a pinhole camera, found equirectangular true."],
    [{ latlong: true }, "expected a pinhole camera, found latlong true."],
    [{ orthographic: true }, "expected a pinhole camera, found orthographic true."],
    [{ from_mitsuba: true }, "expected poses in the convention of Blender, found from_mitsuba true."],
    [
      { rolling_shutter: [0, 0, 0, 0.1] },
      "expected a shutter that opens for the whole picture at once, found rolling_shutter a list of 4.",
    ],
    [{ distortion_params: [0, 0, 0, 0.1, 0, 0] }, "expected a lens of k1, k2, k3, p1 and p2, found k4 0.1."],
    [
      { distortion_params: [0, 0] },
      "distortion_params: expected 6 numbers, k1, k2, k3, k4, p1 and p2, found a list of 2.",
    ],
    [
      { k1: 0.1, distortion_params: [0, 0, 0, 0, 0, 0] },
      "expected the same k1 as in distortion_params, which is 0, found 0.1.",
    ],
  ];
  for (const [keys, sentence] of refused) {
    await refuses(ring({ shared: { camera_angle_x: 0.8, ...keys } }), `scene/transforms.json: ${sentence}`);
  }
  await refuses(
    ring({ frame: (i) => i === 3 ? { is_fisheye: true } : {} }),
    "scene/transforms.json, frame 3: expected a lens that is no fisheye, found is_fisheye true.",
  );
  const off = { equirectangular: false, is_fisheye: false, k4: 0, rolling_shutter: [0, 0, 0, 0], orthographic: null };
  assertEquals((await readScene(ring({ shared: { camera_angle_x: 0.8, ...off } }))).warnings, []);
});

Deno.test("distortion_params and K, shared or in a frame, mean the same as single numbers", async () => {
  const single = { fl_x: 21, fl_y: 22, cx: 9, cy: 8, k1: 0.3, k2: 0.1, k3: 0.01, p1: 0.001, p2: 0.002 };
  const K = [[21, 0, 9], [0, 22, 8], [0, 0, 1]];
  const whole = { K, distortion_params: [0.3, 0.1, 0.01, 0, 0.001, 0.002] };
  const camerasOf = async (options: RingOptions) => viewsOf(await readScene(ring(options))).map(({ camera }) => camera);
  const expected = await camerasOf({ shared: single });
  assertEquals(await camerasOf({ shared: whole }), expected);
  assertEquals(await camerasOf({ shared: {}, frame: () => whole }), expected);
  const flat = [21, 0, 9, 0, 0, 22, 8, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  assertEquals(await camerasOf({ shared: { fl_x: 50, cx: 1 }, frame: () => ({ ...whole, K: flat }) }), expected);
  const refused: [unknown, string][] = [
    [
      [[21, 3, 9], [0, 22, 8], [0, 0, 1]],
      "K: expected the rows fl_x 0 cx, 0 fl_y cy and 0 0 1, found 21 3 9, 0 22 8, 0 0 1.",
    ],
    [[1, 2], "K: expected a matrix of 3 × 3 numbers, found a list of 2."],
    ["x", 'K: expected a matrix of 3 × 3 numbers, found "x".'],
  ];
  for (const [wrong, sentence] of refused) {
    await refuses(ring({ frame: () => ({ K: wrong }) }), `scene/transforms.json, frame 0: ${sentence}`);
  }
  await refuses(
    ring({ shared: {}, frame: () => ({ K, fl_x: 50 }) }),
    "scene/transforms.json, frame 0: expected the same fl_x as in K, which is 21, found 50.",
  );
  assertEquals((await readScene(ring({ shared: { fl_x: 40, camera_angle_x: 0.8 } }))).warnings, [
    "scene/transforms.json, frame 0: fl_x is 40, but camera_angle_x means 23.65 for 20 pixels; fl_x is used.",
  ]);
});

Deno.test("unknown keys are listed once, unused ones with their reason, harmless ones not at all", async () => {
  const shared = { camera_angle_x: 0.8, aabb_scale: 4, "\x1b[2Jlens": 1, mask_path: "x.png" };
  const frame = () => ({ sharpness: 3, depth_file_path: "d.png", exposure: 1, white_transparent: false });
  assertEquals((await readScene(ring({ shared, frame }))).warnings, [
    "scene/transforms.json: depth_file_path is not used: depth maps are not trained on.",
    "scene/transforms.json: these keys are unknown and not used: \\u{1b}[2Jlens, mask_path, exposure.",
  ]);
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, 1]));
  const [listed] = (await readScene(ring({ shared: { camera_angle_x: 0.8, ...many } }))).warnings;
  assert(listed.endsWith("not used: key0, key1, key2, key3, key4, key5, key6, key7 and 12 more."), listed);
});

Deno.test("what docs/nerf.md says of each key is what is done with it", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/nerf.md", import.meta.url));
  const rows = page.split("\n").filter((line) => line.startsWith("| `")).map((line) => line.split("|").slice(1));
  const keysOf = (text: string) =>
    [...text.matchAll(/`(\w+)`/g)].map(([, key]) => key).filter((key) => !/^[A-Z_]{2,}$/.test(key));
  const outcome = async (key: string) => {
    const value = key === "camera_model" ? "FISHEYE" : true;
    const files = ring({ shared: { camera_angle_x: 0.8, [key]: value }, frame: () => ({ [key]: value }) });
    const scene = await surveyScene(files).catch((error: Error) => error.message);
    if (typeof scene === "string") return "refused";
    return scene.warnings.some((line) => line.includes(`${key} is not used: `)) ? "not used" : "passed over";
  };
  let checked = 0;
  for (const [keys, what] of rows) {
    const expected = ["refused", "not used", "passed over"].find((word) => what.startsWith(` ${word}`));
    if (expected === undefined) continue;
    for (const key of keysOf(keys)) assertEquals([key, await outcome(key)], [key, expected]);
    checked += keysOf(keys).length;
  }
  assertGreater(checked, 40);
});

Deno.test("test poses without pictures, none or no test file hold out training views", async () => {
  const frame = (path: string, i: number) => ({ file_path: path, transform_matrix: matrixAt(i, 9) });
  const train = Array.from({ length: 9 }, (_, i) => frame(`train/${i}.png`, i));
  const pictures = Object.fromEntries(train.map(({ file_path }, i) => [file_path, testPng(8, 8, i)]));
  const read = async (others: Files) => {
    const lists = { "transforms_train.json": text({ camera_angle_x: 0.8, frames: train }), ...others };
    const scene = await readScene(sceneFromBytes({ ...pictures, ...lists }, "scene"));
    return [scene.train.length, scene.test.map(({ name }) => name), scene.warnings];
  };
  const list = (frames: unknown[]) => text({ camera_angle_x: 0.8, frames });
  const held = ["train/0.png", "train/8.png"];
  const rest = "so some of the training views are held out.";
  for (const frames of [[], [frame("test/0.png", 0), frame("C:\\test\\1.png", 1)]]) {
    assertEquals(await read({ "transforms_test.json": list(frames) }), [7, held, [
      `scene: no view in transforms_test.json has a picture, ${rest}`,
    ]]);
  }
  assertEquals(await read({}), [7, held, [
    `scene: there is neither transforms_test.json nor transforms_val.json, ${rest}`,
  ]]);
  const val = { "transforms_val.json": list([frame("val/0", 0)]), "val/0.png": testPng(8, 8) };
  assertEquals(await read({ ...val, "transforms_test.json": list([]) }), [9, ["val/0"], [
    "scene: no view in transforms_test.json has a picture, so those in transforms_val.json are held out.",
  ]]);
  assertEquals(await read(val), [9, ["val/0"], []]);
  assertEquals(await read({ "transforms_test.json": list(train.slice(0, 2)) }), [9, held.with(1, "train/1.png"), [
    "scene: 2 of 2 test pictures are trained on as well.",
  ]]);
  const error = await assertRejects(() => read({ "transforms_test.json": list([frame("train/1.png", 0)]) }), Error);
  assertEquals(
    error.message,
    "scene: expected one camera for train/1.png, found another one for testing than for training.",
  );
});

Deno.test("a choice of held-out views that the scene makes itself is warned of", async () => {
  const shared = { camera_angle_x: 0.8, test_filenames: ["images/2.png"] };
  const { test, warnings } = await readScene(ring({ shared }), { hold: "last10%" });
  assertEquals([test.map(({ name }) => name), warnings], [["images/2.png"], [
    "scene: hold last10% is not used: the scene itself says which views are held out.",
  ]]);
  assertEquals((await readScene(ring({ shared }), { hold: "every8" })).warnings, []);
  assertEquals((await readScene(ring(), { hold: "last10%" })).warnings, []);
});

Deno.test("shrunk folders are read where the named one is missing or a factor asks for them", async () => {
  const shared = { fl_x: 80, cx: 40, cy: 30, w: 80, h: 60 };
  const files: Files = { "images_2/x.png": testPng(1, 1) };
  for (let i = 0; i < 8; i++) files[`images_4/${i}.png`] = testPng(20, 15, i);
  const large = ring({ shared, files, picture: () => testPng(80, 60) });
  const sizes = async (scene: ReturnType<typeof ring>, options?: SceneOptions) => {
    const { train, warnings } = await surveyScene(scene, options);
    const { camera, name } = train[0];
    return [name, camera.width, camera.focal[0], camera.centre[0], ...warnings];
  };
  assertEquals(await sizes(large), ["images/1.png", 80, 80, 40]);
  assertEquals(await sizes(large, { downscale: 4 }), ["images_4/1.png", 20, 20, 10]);
  assertEquals(await sizes(large, { downscale: 8 }), [
    "images/1.png",
    80,
    80,
    40,
    "scene/transforms.json: 8 of 8 pictures have no copy shrunk by 8, so others are read instead, such as images/0.png for images/0.png.",
  ]);
  const only =
    "8 of 8 pictures are missing, so shrunk copies are read instead, such as images_4/0.png for images/0.png.";
  const json = (await large.read("transforms.json"))!;
  const alone = (transforms: Uint8Array) => sceneFromBytes({ "transforms.json": transforms, ...files }, "scene");
  assertEquals(await sizes(alone(json)), ["images_4/1.png", 20, 20, 10, `scene/transforms.json: ${only}`]);
  // Without w and h, the numbers are those of pictures four times as large.
  const { w: _, h: __, ...rest } = JSON.parse(new TextDecoder().decode(json));
  assertEquals(await sizes(alone(text(rest))), ["images_4/1.png", 20, 20, 10, `scene/transforms.json: ${only}`]);
});

Deno.test("pictures of several sizes are read, each with its own camera", async () => {
  const { train, test } = await readScene(
    ring({ shared: { camera_angle_x: 0.8 }, picture: (i) => i % 2 === 0 ? testPng(20, 15, i) : testPng(12, 16, i) }),
  );
  const views = [...train, ...test].map((
    { camera, picture },
  ) => [camera.width, picture.width, camera.height, picture.height]);
  assertEquals(views.slice(0, 2), [[12, 12, 16, 16], [20, 20, 15, 15]]);
  const llff = llffFiles(3);
  const rows = [llffRow(0), llffRow(0.1), llffRow(0.2).with(4, 60).with(9, 20)];
  const files = { ...llff, "poses_bounds.npy": npy(rows.flat(), "(3, 17)"), "images_4/02.png": testPng(10, 30) };
  const scene = await readScene(sceneFromBytes(files, "scene"), { downscale: 4 });
  assertEquals(scene.train.map(({ camera }) => [camera.width, camera.height, camera.focal[0]]), [[20, 15, 25], [
    10,
    30,
    25,
  ]]);
});

Deno.test("paths from other systems are found by their last parts in the scene's folder, and nowhere else", async () => {
  const paths: ((i: number) => string)[] = [
    (i) => `../scene/images/${i}.png`,
    (i) => `./..\\scene\\images/${i}.png`,
    (i) => `C:\\Users\\someone\\scene\\images\\${i}.png`,
    (i) => `/home/someone/scene/images/${i}.png`,
    (i) => `./scene/images/${i}.png`,
    (i) => `file:///data/images/${i}.png`,
    (i) => `IMAGES/${i}.PNG`,
  ];
  for (const path of paths) {
    const scene = await readScene(ring({ path }));
    assertEquals(viewsOf(scene).map(({ name }) => name), Array.from({ length: 8 }, (_, i) => `images/${i}.png`));
    assertEquals(scene.warnings, [
      `scene/transforms.json: 8 of 8 paths lead to no file in the scene's folder, so files with the same last parts are read, such as images/0.png for ${
        path(0)
      }.`,
    ]);
  }
  assertEquals((await readScene(ring({ path: (i) => `.\\images\\${i}.png` }))).warnings, []);
  for (
    const path of ["../../etc/passwd", "/etc/passwd", "C:\\secret.png", "images/../../secret.png", "images/0.png\0"]
  ) {
    await refuses(
      ring({ path: (i) => i === 2 ? path : `images/${i}.png` }),
      `scene/transforms.json, frame 2: the path "${path.replace("\0", "\\u{0}")}" leaves the scene's folder.`,
    );
    await refuses(
      ring({ frame: () => ({ mask_path: path }) }),
      `scene/transforms.json, frame 0: the path "${path.replace("\0", "\\u{0}")}" leaves the scene's folder.`,
    );
  }
});

Deno.test("scaled and rounded camera matrices are made rotations, others are refused", async () => {
  const turned = (change: (pose: number[]) => number[]) => readScene(ring({ ring: { change } }));
  const exact = viewsOf(await readScene(ring()));
  const scaled = await turned((pose) => pose.map((value, i) => i % 4 === 3 ? value : value * 0.5));
  const rounded = await turned((pose) => pose.map((value) => Number(value.toFixed(2))));
  for (const [scene, tolerance] of [[scaled, 1e-12], [rounded, 0.01]] as const) {
    viewsOf(scene).forEach(({ camera }, i) => {
      camera.pose.forEach((value, k) => assertAlmostEquals(value, exact[i].camera.pose[k], tolerance));
    });
  }
  const [told] = scaled.warnings;
  const begin =
    "scene/transforms.json: 8 of 8 camera matrices are not rotations, such as that of images/0.png (scaled by 0.5, ";
  assert(told.startsWith(begin) && told.endsWith("; the nearest rotations are used."), told);
  assert(/^scene\/transforms.json: [5-8] of 8 camera matrices are not rotations/.test(rounded.warnings[0]));
  await assertRejects(() => turned((pose) => pose.map((v, i) => i % 4 === 0 ? 2 * v : v)), Error, "is not orthonormal");
  await assertRejects(() => turned((pose) => pose.map((v, i) => i % 4 === 3 ? v : 0)), Error, "is not orthonormal");
  const transposed = (matrix: number[][]) => matrix.map((row, r) => row.map((_, c) => matrix[c][r]));
  await refuses(
    ring({ frame: () => ({ transform_matrix: transposed([[1, 0, 0, 3], [0, 1, 0, 2], [0, 0, 1, 1], [0, 0, 0, 1]]) }) }),
    "scene/transforms.json, frame 0: expected a transform_matrix with the last row 0, 0, 0, 1, found 3, 2, 1, 1, as if it were transposed.",
  );
});

const inverted = (p: number[]) =>
  [0, 1, 2].flatMap((r) => [p[r], p[4 + r], p[8 + r], -(p[r] * p[3] + p[4 + r] * p[7] + p[8 + r] * p[11])]);
const flipped = (p: number[]) => p.map((value, i) => i % 4 === 1 || i % 4 === 2 ? -value : value);

Deno.test("world-to-camera matrices and cameras that look along +z are told from right ones", async () => {
  for (const around of [[0.1, 0, 0], [0, 0, 2], [0, 0, -2], [1, 2, 0.5], [10, -7, 3]]) {
    const warningsOf = async (change: (pose: number[]) => number[]) =>
      (await surveyScene(ring({ count: 12, ring: { around, change } }))).warnings.filter((line) =>
        line.includes("matrices")
      );
    assertEquals(await warningsOf((pose) => pose), []);
    for (const change of [inverted, flipped, (pose: number[]) => inverted(flipped(pose))]) {
      const warnings = await warningsOf(change);
      assertEquals(warnings.length, 1, `${around} ${change}`);
      assert(/seem to be (world-to-camera|.* \+z)/.test(warnings[0]), warnings[0]);
    }
  }
});

Deno.test("a view whose bounds are far from those of the others is warned of by name", async () => {
  const odd = (column: number, value: number) => {
    const rows = Array.from({ length: 5 }, (_, i) => i === 3 ? llffRow(0.3).with(column, value) : llffRow(i * 0.1));
    return sceneFromBytes({ ...llffFiles(5), "poses_bounds.npy": npy(rows.flat(), "(5, 17)") }, "scene");
  };
  assertEquals((await readScene(odd(15, 0.1), { downscale: 4 })).warnings, [
    "scene/poses_bounds.npy, row 3: the nearest distance in images_4/03.png is 0.100, more than 10 times off the median of all " +
    "views, 2.00; near and far set other bounds.",
  ]);
  assertEquals((await readScene(odd(16, 900), { downscale: 4 })).warnings, [
    "scene/poses_bounds.npy, row 3: the farthest distance in images_4/03.png is 900, more than 10 times off the median of all " +
    "views, 8.00; near and far set other bounds.",
  ]);
  assertEquals((await readScene(odd(15, 0.3), { downscale: 4 })).warnings, []);
  assertEquals((await readScene(odd(15, 2), { downscale: 4, near: 10, far: 90 })).warnings, [
    "scene/poses_bounds.npy: rays go from 10 to 90, but the photographs show distances from 1.80 to 8.00.",
  ]);
  assertEquals((await readScene(odd(15, 2), { downscale: 4, near: 1, far: 7 })).warnings, []);
});

Deno.test("what does not fit is known before a picture is decoded, with the largest size that fits", async () => {
  // Headers are intact, pixels are not.
  const broken = (i: number) => {
    const png = testPng(40, 30, i);
    png[60] ^= 255;
    return png;
  };
  const error = await assertRejects(() => readScene(ring({ picture: broken }), { mostPixels: 7 * 30 * 22 + 6 }), Error);
  assertEquals(
    error.message,
    "scene: expected at most 4626 pixels in all training views together, found 8400; a size of 30 is the largest that fits.",
  );
  const whole = ring({ picture: (i) => testPng(40, 30, i) });
  assertEquals((await readScene(whole, { mostPixels: 4626, size: 30 })).train.length, 7);
  await assertRejects(() => readScene(whole, { mostPixels: 4626, size: 31 }), Error, "a size of 30 is the largest");
  await assertRejects(() => readScene(whole, { mostPixels: 6 }), Error, "even a size of 1 does not fit");
});

Deno.test("folders are listed once, however many paths lead nowhere", async () => {
  const frames = Array.from({ length: 5000 }, (_, i) => ({
    file_path: `images/a/b/c/d/e/f/g/${i}.png`,
    transform_matrix: matrixAt(0, 8),
  }));
  const files = sceneFromBytes({ "transforms.json": text({ camera_angle_x: 0.8, frames }) }, "scene");
  const listed: string[] = [];
  const counting = { ...files, list: (folder: string) => (listed.push(folder), files.list(folder)) };
  await refuses(
    counting,
    "scene/transforms.json: none of its 5000 pictures exists, such as images/a/b/c/d/e/f/g/0.png.",
  );
  assertEquals(listed, ["."]);
});

Deno.test("values of the wrong kind get one sentence, however deep they are", async () => {
  const deep = new TextEncoder().encode(`{"frames": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`);
  await refuses(
    ring({ files: { "transforms.json": deep } }),
    "scene/transforms.json, frame 0: expected a file_path, found none.",
  );
  const nested = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  const wrong: [object, object, string][] = [
    [{}, { file_path: { a: 1 } }, ", frame 0: expected a file_path, found an object."],
    [{}, { transform_matrix: { a: 1 } }, ", frame 0: expected a transform_matrix of 4 × 4 numbers, found an object."],
    [{}, { mask_path: nested }, ", frame 0: mask_path: expected a path, found a list of 1."],
    [{ w: {} }, {}, ": w: expected a number, found an object."],
    [{ camera_model: nested }, {}, ": expected a camera_model OPENCV or PINHOLE, found a list of 1."],
    [{ fl_x: "20" }, {}, ': fl_x: expected a number, found "20".'],
    [{ test_filenames: [{}] }, {}, ": test_filenames: expected a list of names, found a list of 1."],
    [{ k1: "\x1b[31m" }, {}, ': k1: expected a number, found "\\u{1b}[31m".'],
  ];
  for (const [shared, frame, sentence] of wrong) {
    await refuses(
      ring({ shared: { camera_angle_x: 0.8, ...shared }, frame: () => frame }),
      `scene/transforms.json${sentence}`,
    );
  }
  const files = (content: string) => ({ files: { "transforms.json": new TextEncoder().encode(content) } });
  await refuses(ring(files("\x1b[2J")), "scene/transforms.json: expected JSON, found text of another kind.");
  await refuses(ring(files("")), "scene/transforms.json: expected JSON, found nothing.");
  await refuses(
    ring(files('{"a": 1\n"b": 2}')),
    "scene/transforms.json: expected JSON, found an error in line 2, column 1.",
  );
  await refuses(
    ring(files("<!doctype html>")),
    "scene/transforms.json: expected JSON, found a web page instead of the file itself.",
  );
  await refuses(ring(files('{"a": [')), "scene/transforms.json: expected JSON, found a text that ends too early.");
  const nan = await assertRejects(() => readScene(ring(files('{"fl_x": NaN}'))), Error);
  assert(nan.message.endsWith("; NaN and Infinity are not JSON."), nan.message);
});

Deno.test("of several scene files in a folder, the ones that are not read are named", async () => {
  const files = ring({ files: { "poses_bounds.npy": llffFiles(8)["poses_bounds.npy"] } });
  const { warnings } = await surveyScene(files);
  assert(warnings.includes("scene: poses_bounds.npy is read, and transforms.json is not used."), warnings.join());
});

Deno.test("a picture's own alpha and size do not matter to the survey", async () => {
  const rgba = encodePng({ width: 20, height: 15, channels: 4, pixels: new Float32Array(1200).fill(0.5) });
  const files = ring({ picture: (i) => i === 1 ? rgba : encodePng(testPicture(20, 15, i)) });
  const [survey, scene] = [await surveyScene(files, { size: 10 }), await readScene(files, { size: 10 })];
  assertEquals(survey.train.map(({ camera }) => camera), scene.train.map(({ camera }) => camera));
  assertEquals(scene.train[0].picture.width, survey.train[0].camera.width);
});

Deno.test("reading tells of each photograph, and a signal ends it before the next one", async () => {
  const told: string[] = [];
  const controller = new AbortController();
  const onProgress = (decoded: number, photographs: number) => {
    told.push(`${decoded} of ${photographs}`);
    // As a signal does that comes while a photograph is decoded.
    if (decoded === 3) setTimeout(() => controller.abort(new Error("stopped")));
  };
  const options = { signal: controller.signal, onProgress };
  await assertRejects(() => readScene(ring(), options), Error, "stopped");
  assertEquals(told, ["0 of 8", "1 of 8", "2 of 8", "3 of 8"]);
  told.length = 0;
  await readScene(ring(), { onProgress });
  assertEquals(told.length, 8);
});

Deno.test("pixels far from square, unusual angles and bounds of test views are warned of", async () => {
  const shared = (json: object) => surveyScene(ring({ shared: json })).then(({ warnings }) => warnings);
  assertEquals(await shared({ fl_x: 20, fl_y: 21, w: 20, h: 15 }), []);
  assertEquals(await shared({ fl_x: 20, fl_y: 60, w: 20, h: 15 }), [
    "scene: the focal lengths 20 and 60 of a camera mean that pixels are far from square.",
  ]);
  for (const [angle, shown] of [[0.2, "11.5"], [2.5, "143"]] as const) {
    const [warning] = await shared({ camera_angle_x: angle });
    assertEquals(warning.split(",")[0], `scene: pictures are ${shown} to ${shown} degrees wide`);
  }
  const frames = (folder: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ file_path: `${folder}/${i}`, transform_matrix: matrixAt(i, count) }));
  const pictures = Object.fromEntries(
    ["train", "test"].flatMap((folder) => [0, 1, 2, 3].map((i) => [`${folder}/${i}.png`, testPng(20, 15, i)])),
  );
  const surveyWith = (bounds: Record<string, number>, options = {}) => {
    const files = {
      "transforms_train.json": text({ camera_angle_x: 0.8, near: 2, frames: frames("train", 4) }),
      "transforms_test.json": text({ camera_angle_x: 0.8, ...bounds, frames: frames("test", 4) }),
      ...pictures,
    };
    return surveyScene(sceneFromBytes(files, "scene"), options);
  };
  const { warnings, near, far } = await surveyWith({ near: 1, far: 3 });
  assertEquals([near, far, warnings], [2, 6, [
    "scene/transforms_test.json: near 1 and far 3 are not used: the rays of all views go from 2 to 6.",
  ]]);
  assertEquals((await surveyWith({ near: 2, far: 6 })).warnings, []);
  assertEquals((await surveyWith({ near: 1, far: 3 }, { near: 2.5, far: 6.5 })).warnings, []);
});

Deno.test("a matrix that is none is described as it is", async () => {
  const matrix = (transform_matrix: unknown) => ring({ frame: () => ({ transform_matrix }) });
  const expected = "scene/transforms.json, frame 0: expected a transform_matrix of 4 × 4 numbers, found";
  await refuses(matrix(Array(16).fill(0)), `${expected} a list of 16.`);
  await refuses(matrix([[1, 0, 0, 0], [0, 1, 0], [0, 0, 1, 0]]), `${expected} a list of 3 as row 1.`);
  await refuses(matrix([[1, 0, 0, 0], 7, [0, 0, 1, 0]]), `${expected} 7 as row 1.`);
});

Deno.test("a signal ends the survey of a scene before the next file", async () => {
  const controller = new AbortController();
  const files = ring();
  let read = 0;
  const stopping = {
    ...files,
    read: (path: string) => {
      if (++read === 5) controller.abort(new Error("stopped"));
      return files.read(path);
    },
  };
  await assertRejects(() => readScene(stopping, { signal: controller.signal }), Error, "stopped");
  assertEquals(read, 5);
});
