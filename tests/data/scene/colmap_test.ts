import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readScene } from "../../../mod.ts";
import { projectPoint, sceneFromBytes, type Vector3 } from "../../../lib/data/scene/mod.ts";
import { testPng } from "../../support/scenes.ts";

/** A camera turned by 0.3 about its y axis (w, x, y, z), and a point of the world as COLMAP's text files have them. */
const TURN = [Math.cos(0.15), 0, Math.sin(0.15), 0];
const LENS = [20, 21, 9.5, 7, 0.1, -0.02, 0.003, -0.004];

/** The files of a model with nine pictures of one camera, in text. */
function textModel(): Record<"cameras" | "images" | "points3D", string> {
  const names = Array.from({ length: 9 }, (_, i) => `${8 - i}.png`);
  const pictures = names.map((name, i) =>
    `${i + 1} ${TURN.join(" ")} ${0.1 * i} 0.2 0.3 7 ${name}\n${i === 3 ? "" : "3.5 4.5 10 6 7 -1 1 2 12 8 9 11"}`
  );
  return {
    cameras: `# A comment\n7 OPENCV 20 15 ${LENS.join(" ")}\n`,
    images: `# A comment\n${pictures.join("\n")}\n`,
    points3D: "10 0 0 3 1 2 3 0.5 1 0\n11 0.5 0 6 1 2 3 0.5 1 0 2 0\n12 0 0.1 4 1 2 3 0.5\n",
  };
}

/** The same files as COLMAP writes them in binary. */
function binaryModel(): Record<string, Uint8Array> {
  const { images, points3D } = textModel();
  const lines = images.split("\n").slice(1);
  const cameras = [u64(1), u32(7), u32(4), u64(20), u64(15), ...LENS.map(f64)];
  const pictures = Array.from({ length: 9 }, (_, i) => {
    const [id, ...rest] = lines[2 * i].split(" ");
    const seen = lines[2 * i + 1].split(" ").filter((each) => each !== "").map(Number);
    return [
      u32(Number(id)),
      ...rest.slice(0, 7).map((each) => f64(Number(each))),
      u32(7),
      new TextEncoder().encode(`${rest[8]}\0`),
      u64(seen.length / 3),
      ...seen.map((value, k) => k % 3 === 2 ? u64(value) : f64(value)),
    ];
  });
  const points = points3D.trim().split("\n").map((line) => {
    const [id, x, y, z, , , , error, ...track] = line.split(" ").map(Number);
    return [u64(id), f64(x), f64(y), f64(z), new Uint8Array(3), f64(error), u64(track.length / 2), ...track.map(u32)];
  });
  return {
    "cameras.bin": joined(cameras),
    "images.bin": joined([u64(9), ...pictures.flat()]),
    "points3D.bin": joined([u64(points.length), ...points.flat()]),
  };
}

const number = (bytes: number, set: (view: DataView) => void) => {
  const view = new DataView(new ArrayBuffer(bytes));
  set(view);
  return new Uint8Array(view.buffer);
};
const u32 = (value: number) => number(4, (view) => view.setUint32(0, value, true));
const u64 = (value: number) => number(8, (view) => view.setBigInt64(0, BigInt(value), true));
const f64 = (value: number) => number(8, (view) => view.setFloat64(0, value, true));
const joined = (parts: readonly Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));

const pictures = (folder = "images") =>
  Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${folder}/${i}.png`, testPng(20, 15, i)]));

function textScene(change: Partial<ReturnType<typeof textModel>> = {}, files: Record<string, Uint8Array> = pictures()) {
  const model = Object.entries({ ...textModel(), ...change }).map((
    [name, text],
  ) => [`sparse/0/${name}.txt`, new TextEncoder().encode(text)]);
  return sceneFromBytes({ ...Object.fromEntries(model), ...files }, "scene");
}

function binaryScene(change: Record<string, Uint8Array> = {}) {
  const model = Object.entries({ ...binaryModel(), ...change }).map(([name, bytes]) => [`sparse/0/${name}`, bytes]);
  return sceneFromBytes({ ...Object.fromEntries(model), ...pictures() }, "scene");
}

/** Where OpenCV's model puts a point of the world, written down from its definition. */
function projected([x, y, z]: Vector3, shift: number): [number, number] {
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  const [right, down, forward] = [c * x + s * z + shift, y + 0.2, -s * x + c * z + 0.3];
  const [u, v] = [right / forward, down / forward];
  const [fx, fy, cx, cy, k1, k2, p1, p2] = LENS;
  const r = u * u + v * v;
  const radial = 1 + k1 * r + k2 * r * r;
  return [
    fx * (u * radial + 2 * p1 * u * v + p2 * (r + 2 * u * u)) + cx,
    fy * (v * radial + p1 * (r + 2 * v * v) + 2 * p2 * u * v) + cy,
  ];
}

Deno.test("COLMAP: a point falls where its camera model says; views are in the order of their names", async () => {
  const scene = await readScene(textScene());
  assertEquals([scene.train.length, scene.test.length, scene.kind, scene.warnings], [7, 2, "forward", []]);
  assertEquals(scene.test.map(({ name }) => name), ["images/0.png", "images/8.png"]);
  for (const { name, camera } of [...scene.train, ...scene.test]) {
    const shift = 0.1 * (8 - Number(name.slice(7, 8)));
    for (const point of [[0, 0, 3], [0.5, -0.2, 4], [-0.6, 0.4, 5]] as const) {
      const [found, expected] = [projectPoint(camera, point)!, projected(point, shift)];
      assertAlmostEquals(found[0], expected[0], 1e-12);
      assertAlmostEquals(found[1], expected[1], 1e-12);
    }
  }
});

Deno.test("COLMAP: text and binary files say the same", async () => {
  const [text, binary] = [await readScene(textScene()), await readScene(binaryScene())];
  assertEquals(binary, text);
});

Deno.test("COLMAP: bounds are from the points that the pictures show, with a margin, or from the options", async () => {
  const { near, far } = await readScene(textScene());
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  const distance = ([x, y, z]: Vector3, shift: number) =>
    Math.hypot(c * x + s * z + shift, y + 0.2, -s * x + c * z + 0.3);
  assertAlmostEquals(near, 0.9 * (c * 3 + 0.3), 1e-12);
  assertAlmostEquals(far, 1.1 * distance([0.5, 0, 6], 0.8), 1e-12);
  const given = await readScene(textScene({ points3D: "" }), { near: 1, far: 9 });
  assertEquals([given.near, given.far], [1, 9]);
  await assertRejects(() => readScene(textScene({ points3D: "" })), Error, "expected points of the scene (points3D)");
});

Deno.test("COLMAP: models in other places, shrunk copies, and pictures that are missing or left out", async () => {
  const { "sparse/0/cameras.txt": cameras, "sparse/0/images.txt": images, "sparse/0/points3D.txt": points } = Object
    .fromEntries(
      Object.entries(textModel()).map(([name, text]) => [`sparse/0/${name}.txt`, new TextEncoder().encode(text)]),
    );
  const model = { "cameras.txt": cameras, "images.txt": images, "points3D.txt": points };
  for (const folder of ["colmap/sparse/0/", "sparse/", ""]) {
    const files = Object.fromEntries(Object.entries(model).map(([name, bytes]) => [folder + name, bytes]));
    assertEquals((await readScene(sceneFromBytes({ ...files, ...pictures() }, "scene"))).train.length, 7, folder);
  }
  const small = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`images_2/${i}.png`, testPng(10, 8, i)]));
  const shrunk = await readScene(textScene({}, { ...pictures(), ...small }), { downscale: 2 });
  assertEquals(shrunk.train[0].camera.focal, [10, 11.2]);
  assertEquals(shrunk.train[0].name, "images_2/1.png");
  const { "images/2.png": _, ...without } = pictures();
  const odd = textScene({}, { ...without, "images/more.jpg": testPng(20, 15), "sparse/1/cameras.txt": cameras });
  const { warnings, train } = await readScene(odd);
  assertEquals(train.length, 7);
  assertEquals(warnings, [
    "scene/sparse/0: 1 of 9 pictures are missing, such as 2.png.",
    "scene: 1 of 9 pictures in images have no camera in the model, such as more.jpg; they are not used.",
    "scene: sparse/0 is read, and 1 more models beside it, such as 1, are not used; the largest model should be number 0.",
  ]);
});

Deno.test("COLMAP: files that cannot be read are named, with the place", async () => {
  const { cameras, images } = textModel();
  const refused = (change: Parameters<typeof textScene>[0], message: string) =>
    assertRejects(() => readScene(textScene(change)), Error, message);
  await refused(
    { cameras: "7 OPENCV_FISHEYE 20 15 20 21 9.5 7 0 0 0 0" },
    "scene/sparse/0/cameras.txt, line 1: expected a camera model of SIMPLE_PINHOLE, PINHOLE,",
  );
  await refused({ cameras: "7 FULL_OPENCV 20 15 20 20 10 7 0 0 0 0 0 0.5 0 0" }, "found FULL_OPENCV with k4 0.5");
  await refused({ cameras: "7 LENS 20 15 20" }, 'found "LENS".');
  await refused({ cameras: "7 PINHOLE 20 15 20 20 10" }, "line 1: expected 6 numbers, found 5.");
  await refused({ cameras: "7 PINHOLE 20 15 20 twenty 10 7" }, 'expected numbers, found "twenty".');
  await refused(
    { cameras: cameras.replace("7 OPENCV", "6 OPENCV") },
    "expected the number of a camera of the model, found 7.",
  );
  await refused(
    { cameras: cameras.replace("20 15", "20 20") },
    "in the ratio of the picture's, 20×15 pixels, found 20×20",
  );
  await refused(
    { images: images.replace("7 8.png", "") },
    "images.txt, line 2: expected 9 numbers and a name of a picture",
  );
  await refused({ images: images.replace("6 7 -1", "6 7") }, "line 3: expected three numbers for each point");
  await refused(
    { images: images.replace(/^1 \S+ 0 \S+ 0/m, "1 0 0 0 0") },
    "line 2: expected a pose of 3 × 4 finite numbers",
  );
  await refused(
    { images: "# nothing\n" },
    "expected pictures of the model in the scene's folder, found none of its 0.",
  );
  await assertRejects(
    () => readScene(sceneFromBytes(pictures(), "scene")),
    Error,
    "found none. Photographs need cameras first: docs/your-photos.md says how to find them.",
  );
  const { "cameras.bin": camerasBin, "images.bin": imagesBin, "points3D.bin": pointsBin } = binaryModel();
  const broken = (change: Record<string, Uint8Array>, message: string) =>
    assertRejects(() => readScene(binaryScene(change)), Error, message);
  for (
    const [name, bytes] of Object.entries({
      "cameras.bin": camerasBin,
      "images.bin": imagesBin,
      "points3D.bin": pointsBin,
    })
  ) {
    for (const length of [4, 20, bytes.length - 1]) {
      await broken({ [name]: bytes.slice(0, length) }, `scene/sparse/0/${name}: `);
    }
    await broken({ [name]: joined([bytes, new Uint8Array(3)]) }, `scene/sparse/0/${name}: expected its end after`);
  }
  await broken({ "cameras.bin": joined([u64(2 ** 40), camerasBin.slice(8)]) }, "records of at least 24 bytes");
  await broken(
    { "cameras.bin": joined([u64(1), u32(7), u32(99), camerasBin.slice(16)]) },
    "expected a camera model from 0 to 10, found 99.",
  );
});
