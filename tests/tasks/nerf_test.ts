import { assertEquals, assertMatch } from "@std/assert";
import { render } from "../../fixtures/scene/make.ts";

const scene = new URL("../../fixtures/scene/", import.meta.url);
const task = new URL("../../tasks/nerf.ts", import.meta.url).pathname;
const tiny = [
  "--depth",
  "1",
  "--width",
  "8",
  "--samples",
  "4",
  "--rays",
  "2048",
  "--size",
  "12",
  "--kernels",
  "register",
];

async function run(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", task, ...args],
    env: { INIT_CWD: folder, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("the nerf task trains on its own scene, resumes bit for bit, and renders a path from the run alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const whole = await run(folder, ...tiny, "--epochs", "2", "--schedule-epochs", "2", "--name", "whole");
    assertEquals(whole.code, 0, whole.stderr);
    assertMatch(whole.stdout, /Test views: PSNR \d+\.\d\d dB, SSIM/);
    assertEquals((await run(folder, ...tiny, "--epochs", "1", "--schedule-epochs", "2", "--name", "half")).code, 0);
    const resumed = await run(folder, "--resume", `${folder}/runs/nerf/half`, "--epochs", "2");
    assertEquals(resumed.code, 0, resumed.stderr);
    const files = (name: string) =>
      [...Deno.readDirSync(`${folder}/runs/nerf/${name}/checkpoints`)].map((each) => each.name);
    const last = files("whole").sort().at(-1)!;
    const bytes = (name: string) => Deno.readFileSync(`${folder}/runs/nerf/${name}/checkpoints/${last}`);
    assertEquals(bytes("half"), bytes("whole"));
    const summary = JSON.parse(Deno.readTextFileSync(`${folder}/runs/nerf/half/summary.json`));
    assertEquals([summary.views.length, summary.steps, typeof summary.testPsnr], [4, 4, "number"]);
    for (const file of ["test/000.png", "test/003_comparison.png", "test/001_depth.png", "config.json", "scene.json"]) {
      assertEquals(Deno.statSync(`${folder}/runs/nerf/whole/${file}`).isFile, true, file);
    }
    const rendered = await run(folder, "render", "runs/nerf/half", "--path", "orbit", "--frames", "2", "--width", "20");
    assertEquals(rendered.code, 0, rendered.stderr);
    assertEquals(Deno.statSync(`${folder}/runs/nerf/half/orbit/001.png`).isFile, true);
    assertEquals(Deno.statSync(`${folder}/runs/nerf/half/orbit.png`).isFile, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the nerf task draws cameras without training, and refuses what is no scene in one sentence", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals((await run(folder, "--show-cameras", "--size", "8", "--name", "cameras")).code, 0);
    const ply = Deno.readTextFileSync(`${folder}/runs/nerf/cameras/cameras.ply`);
    // 28 cameras of 11 lines each.
    assertMatch(ply, /element vertex 616\n/);
    const refused = await run(folder, folder, "--name", "none");
    assertEquals([refused.code, refused.stderr.trim().split("\n").length], [1, 1]);
    assertMatch(refused.stderr, /not a scene: one of poses_bounds.npy/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the own scene is what its script renders", async () => {
  const { frames } = JSON.parse(await Deno.readTextFile(new URL("transforms_test.json", scene)));
  const { file_path: path, transform_matrix: rows } = frames[3];
  assertEquals(render(rows.slice(0, 3).flat()), await Deno.readFile(new URL(`${path}.png`, scene)));
});
