import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { testPng } from "../../support/scenes.ts";
import { inFolder } from "../../support/temporary_folder.ts";

const project = fromFileUrl(new URL("../../../", import.meta.url));
const matrix = (x: number) => [[1, 0, 0, x], [0, 1, 0, 0], [0, 0, 1, 4], [0, 0, 0, 1]];

/** Reads a scene in a process that may read the project and the scene's folder alone, and use no network. */
async function readAlone(folder: string): Promise<string> {
  const module = JSON.stringify(new URL("../../../lib/data/scene/mod.ts", import.meta.url).href);
  const code = `import { readScene, sceneFolder } from ${module};
    const told = await readScene(sceneFolder(${JSON.stringify(folder)})).then(({ train, test }) =>
      [...train, ...test].map(({ name }) => name).join(), (error) => error.name + ": " + error.message);
    console.log(told);`;
  const script = join(folder, "read.ts");
  await Deno.writeTextFile(script, code);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--cached-only", `--allow-read=${project},${folder}`, script],
    cwd: project,
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

Deno.test("a scene is read without access to anything outside its folder, and does not try to have it", () =>
  inFolder(async (root) => {
    const scene = join(root, "scene");
    for (const folder of ["scene", "other"]) await Deno.mkdir(join(root, folder, "images"), { recursive: true });
    await Deno.writeFile(join(root, "scene/images/0.png"), testPng(8, 6));
    await Deno.writeFile(join(root, "scene/images/1.png"), testPng(8, 6));
    await Deno.writeFile(join(root, "other/images/2.png"), testPng(8, 6));
    const read = async (third: object) => {
      const frames = [
        { file_path: "../other/images/0.png", transform_matrix: matrix(0) },
        { file_path: join(root, "other/images/1.png"), transform_matrix: matrix(1) },
        { transform_matrix: matrix(2), ...third },
      ];
      await Deno.writeTextFile(join(scene, "transforms.json"), JSON.stringify({ camera_angle_x: 0.8, frames }));
      return await readAlone(scene);
    };
    // What is inside under the same name is read, and what is only outside is not.
    assertEquals(await read({ file_path: "images/none.png" }), "images/1.png,images/0.png");
    for (const path of ["../other/images/2.png", join(root, "other/images/2.png")]) {
      assertEquals(
        await read({ file_path: path }),
        `Error: ${scene}/transforms.json, frame 2: the path "${path}" leaves the scene's folder.`,
      );
    }
    assertEquals(await read({ file_path: `https://example.org/images/2.png` }), "images/1.png,images/0.png");
    await Deno.writeFile(join(root, "scene/images/3.png"), testPng(8, 6));
    assertEquals(
      await read({ file_path: "images/3.png", mask_path: "../other/images/2.png" }),
      `Error: ${scene}/transforms.json, frame 2: the path "../other/images/2.png" leaves the scene's folder.`,
    );
  }));
