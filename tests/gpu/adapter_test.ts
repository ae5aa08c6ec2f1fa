import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type AdapterOptions, findAdapter, type Machine } from "../../lib/gpu/adapter.ts";

const llvmpipe = { description: "llvmpipe (LLVM 15.0.6, 256 bits)", vendor: "65541", isFallbackAdapter: true };
const h100 = { description: "NVIDIA H100 80GB HBM3", vendor: "4318", isFallbackAdapter: false };

interface Simulated {
  info?: Partial<GPUAdapterInfo>;
  loader?: boolean;
  driver?: boolean;
  nvidia?: boolean;
  os?: string;
}

function machine({ info, loader, driver, nvidia, os = "linux" }: Simulated): Machine {
  const adapter = info && { info: { architecture: "", device: "0", ...info } } as unknown as GPUAdapter;
  return {
    os,
    requestAdapter: () => Promise.resolve(adapter ?? null),
    choose: () => Promise.reject(new Error("not asked for")),
    hasVulkanLoader: () => loader,
    hasVulkanDriver: () => driver,
    hasNvidiaDevice: () => nvidia,
  };
}

async function refusal(simulated: Simulated, options: AdapterOptions = {}): Promise<string> {
  const { message } = await assertRejects(() => findAdapter(options, machine(simulated)), Error);
  return message;
}

Deno.test("a GPU is taken whatever is said of software", async () => {
  for (const allowSoftware of [undefined, true, false]) {
    const { description } = await findAdapter({ allowSoftware }, machine({ info: h100, nvidia: true }));
    assertEquals(description.name, h100.description);
    assertEquals(description.vendor, "NVIDIA");
    assertEquals(description.software, false);
  }
});

Deno.test("without an NVIDIA device software is used unless it is refused", async () => {
  for (const allowSoftware of [undefined, true]) {
    const { description } = await findAdapter({ allowSoftware }, machine({ info: llvmpipe, nvidia: false }));
    assert(description.software);
  }
  assertMatch(await refusal({ info: llvmpipe, nvidia: false }, { allowSoftware: false }), /llvmpipe.*a GPU was asked/);
});

Deno.test("beside an NVIDIA device software is used only on demand", async () => {
  const simulated = { info: llvmpipe, nvidia: true, loader: true, driver: true };
  for (const allowSoftware of [undefined, false]) {
    const message = await refusal(simulated, { allowSoftware });
    assertMatch(message, /NVIDIA GPU.*llvmpipe.*NVIDIA_DRIVER_CAPABILITIES=all.*--software/);
  }
  assert((await findAdapter({ allowSoftware: true }, machine(simulated))).description.software);
});

Deno.test("no adapter: the message names the missing piece and its package", async () => {
  assertMatch(await refusal({ loader: false }), /loader \(libvulkan\.so\.1\) is missing.*apt-get install libvulkan1/);
  assertMatch(await refusal({ loader: true, driver: false }), /no Vulkan driver.*mesa-vulkan-drivers/);
  assertMatch(await refusal({}), /apt-get install libvulkan1 mesa-vulkan-drivers/);
  assertMatch(await refusal({ nvidia: true, loader: false }), /apt-get install libvulkan1.*libnvidia-gl/);
  assertMatch(await refusal({ nvidia: true, loader: true, driver: false }), /NVIDIA_DRIVER_CAPABILITIES.*libnvidia-gl/);
  assertMatch(await refusal({ os: "darwin" }), /graphics driver/);
});

Deno.test("a high-performance adapter is asked for unless the caller prefers another", async () => {
  const asked: (GPUPowerPreference | undefined)[] = [];
  const simulated = machine({ info: h100 });
  const spy: Machine = {
    ...simulated,
    requestAdapter: (options) => {
      asked.push(options.powerPreference);
      return simulated.requestAdapter(options);
    },
  };
  await findAdapter({}, spy);
  await findAdapter({ powerPreference: "low-power" }, spy);
  assertEquals(asked, ["high-performance", "low-power"]);
});

/** Runs `findAdapter` in a process of its own and returns what it printed. */
async function findInProcess(permissions: string[], env: Record<string, string>): Promise<string> {
  const url = new URL("../../lib/gpu/adapter.ts", import.meta.url);
  const code = `const { findAdapter } = await import("${url}");
    try { console.log("name: " + (await findAdapter({ allowSoftware: true })).description.name); }
    catch (error) { console.log("error: " + error.message); }`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--ext=js", ...permissions, `data:text/javascript,${encodeURIComponent(code)}`],
    env,
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("the adapter of this machine is found with --allow-env alone, without prompts or stray lines", async () => {
  const allowed = ["--allow-env", "--allow-import"];
  assertMatch(
    await findInProcess(allowed, { XDG_RUNTIME_DIR: "" }),
    /^(name: |error: (No WebGPU|This machine|Only the software))[^\n]+\n$/,
  );
});

Deno.test({
  name: "a machine whose Vulkan drivers are gone gets an error, not OpenGL in their place",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const gone = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };
    assertMatch(await findInProcess(["-A"], { ...gone, DENO_WEBGPU_BACKEND: "" }), /^error: No WebGPU adapter/);
  },
});

Deno.test("an adapter that was chosen is the one that is found, or the message says what was", async () => {
  const chosen = (name?: string, info = h100): Machine => ({
    ...machine({ info }),
    choose: () => Promise.resolve({ request: {}, name }),
  });
  for (const name of [h100.description, undefined]) {
    assertEquals((await findAdapter({ adapter: "x" }, chosen(name))).description.name, h100.description);
  }
  for (const [name, expected] of [[h100.description, h100.description], [undefined, "a GPU"]] as const) {
    await assertRejects(
      () => findAdapter({ adapter: "x", allowSoftware: true }, chosen(name, llvmpipe)),
      Error,
      `adapter x: expected ${expected}, found ${llvmpipe.description}: a process has one choice`,
    );
  }
});
