import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { fitPicture, openDevice, ownPicture } from "../../docs/browser/fit_picture.ts";
import { BrowserPage, chromium, chromiumNote, SOFTWARE_WEBGPU } from "../support/chromium.ts";
import { collectKernels } from "../support/every_kernel.ts";
import type { KernelText } from "../support/kernel_texts.ts";
import { served } from "../support/served.ts";
import { sourceFiles } from "../support/source_files.ts";
import { inFolder } from "../support/temporary_folder.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const PAGE = join(root, "docs", "browser");

const SETTINGS = {
  activation: "gaussian",
  optimizer: "adam",
  learningRate: 0.01,
  hidden: [32, 32],
  batchSize: 256,
  epochs: 20,
  seed: 1,
};

let collected: Promise<readonly KernelText[]> | undefined;

/** The library's kernels, collected once. */
const kernels = () => collected ??= collectKernels();

/** Bundles a script for a browser, by the command of docs/browser.md. */
async function bundle(script: string, output: string): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform", "browser", "-o", output, script],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(output);
}

Deno.test("the whole library is bundled with its kernels and asks for nothing of Deno's or Node's when it is imported", () =>
  inFolder(async (folder) => {
    const output = join(folder, "mod.js");
    const text = await bundle("mod.ts", output);
    assertEquals(text.match(/^\s*(import\b[^(]*?from\s*)?["'](node|npm|jsr):.*$/gm), null);
    assertMatch(text, /@compute/);
    const worker = `delete globalThis.Deno; delete globalThis.process; delete globalThis.Buffer;
      const { adam, decodePicture, encodePng } = await import(${JSON.stringify(`file://${output}`)});
      const picture = { width: 2, height: 1, channels: 1, pixels: Float32Array.of(0, 1) };
      console.log(adam().name, (await decodePicture(encodePng(picture))).pixels.join());`;
    await Deno.writeTextFile(join(folder, "bare.js"), worker);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-read", join(folder, "bare.js")],
    })
      .output();
    assertEquals(new TextDecoder().decode(stdout), "adam 0,1\n", new TextDecoder().decode(stderr));
  }));

Deno.test("every kernel of the library is among the texts that are given to Chromium", async () => {
  const names = new Set((await kernels()).map(({ name }) => name));
  const named = await Promise.all(
    (await sourceFiles()).filter((file) => /^lib\/.*\.ts$/.test(file)).map(async (file) =>
      Array.from((await Deno.readTextFile(join(root, file))).matchAll(/\{ name: "(\w+)", text\b/g), ([, name]) => name)
    ),
  );
  assert(named.flat().length > 80);
  assertEquals(named.flat().filter((name) => !names.has(name)), []);
});

Deno.test({
  name: "Chromium takes every kernel, trains as Deno does, and shows the page's field while it trains" + chromiumNote,
  ignore: chromium === undefined,
  fn: () =>
    inFolder(async (folder) => {
      await bundle("docs/browser/page.js", join(folder, "page.bundle.js"));
      await Deno.copyFile(join(PAGE, "index.html"), join(folder, "index.html"));
      await served(async (url) => {
        await using page = await BrowserPage.open(`${url}/index.html`, SOFTWARE_WEBGPU);
        assertEquals(await refusedKernels(page), []);
        assertAlmostEquals(await trainedInBrowser(page), await trainedHere(), 0.001);
        await watchPage(page);
      }, folder);
    }),
});

/** What Chromium's compiler says of the library's kernels. */
async function refusedKernels(page: BrowserPage): Promise<string[]> {
  const texts = JSON.stringify(await kernels());
  return await page.evaluate(`(async () => {
    const device = await (await navigator.gpu.requestAdapter()).requestDevice();
    const refused = await Promise.all(${texts}.map(async ({ name, code }) => {
      const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
      return messages.filter(({ type }) => type === "error").map(({ lineNum, message }) => name + ", line " + lineNum + ": " + message);
    }));
    device.destroy();
    return refused.flat();
  })()`);
}

/**
 * The PSNR of a field that is trained in the browser. Deno's differs by 2·10⁻⁸ dB on Mesa's software driver, because sines and sums are
 * rounded differently; 0.001 dB are left for other versions, and a wrong kernel costs more.
 */
function trainedInBrowser(page: BrowserPage): Promise<number> {
  return page.evaluate(`(async () => {
    const { fitPicture, openDevice, ownPicture } = await import("./page.bundle.js");
    const gpu = await openDevice({ allowSoftware: true, kernels: "register", operands: "buffer" });
    let psnr = 0;
    for await (const progress of fitPicture(gpu, ownPicture(32), ${JSON.stringify(SETTINGS)})) psnr = progress.psnr;
    gpu[Symbol.dispose]();
    return psnr;
  })()`);
}

async function trainedHere(): Promise<number> {
  using gpu = await openDevice({ allowSoftware: true, kernels: "register", operands: "buffer" });
  const all = await Array.fromAsync(fitPicture(gpu, ownPicture(32), SETTINGS));
  return all.at(-1)!.psnr;
}

/** Presses the page's button and waits until it shows a result and, after another press, has stopped. */
async function watchPage(page: BrowserPage): Promise<void> {
  const until = async (condition: string) => {
    while (!await page.evaluate(condition)) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await page.evaluate(`width.value = 16; epochs.value = 1000; start.click()`);
  await until(`/^[\\d.]+ dB after \\d+ steps .* on google swiftshader$/.test(state.textContent)`);
  const [width, colours] = await page.evaluate<[number, number]>(`(() => {
    const { width, height } = reconstruction;
    return [width, new Set(reconstruction.getContext("2d").getImageData(0, 0, width, height).data).size];
  })()`);
  assertEquals(width, 128);
  assert(colours > 10);
  assertMatch(await page.evaluate("line.getAttribute('points')"), /^\d/);
  await page.evaluate("start.click()");
  await until("start.textContent === 'Train'");
}

/** A folder with npm's `webgpu` in its `node_modules`, and perhaps a Node of its own. */
const nodeFolder = Deno.env.get("NODE_WEBGPU");

Deno.test({
  name: "the program of docs/browser.md trains in Node" +
    (nodeFolder === undefined ? " (NODE_WEBGPU names no folder in which npm's webgpu is installed)" : ""),
  ignore: nodeFolder === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ dir: nodeFolder });
    try {
      await bundle("mod.ts", join(folder, "neural-fields.mjs"));
      const [, program] = /```js\n([\s\S]*?)```/.exec(await Deno.readTextFile(join(root, "docs", "browser.md")))!;
      await Deno.writeTextFile(join(folder, "program.mjs"), program);
      const { stdout, stderr } = await new Deno.Command("node", {
        args: ["program.mjs"],
        cwd: folder,
        env: { PATH: `${nodeFolder}/node_modules/.bin:${Deno.env.get("PATH")}` },
      }).output();
      assertEquals(new TextDecoder().decode(stdout), "50 true\n", new TextDecoder().decode(stderr));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
