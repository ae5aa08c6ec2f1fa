import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { exists } from "../support/exists.ts";
import { goldenFields } from "../support/golden.ts";

/** SwiftShader, a software driver that shares nothing with Mesa's; it comes with Debian's Chromium. */
const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** That of tests/diff/golden_fields_test.ts: nothing that we compute may depend on what WGSL leaves to a driver. */
const TOLERANCE = 2e-6;

Deno.test({
  name: "golden fields are as exact on SwiftShader, whose own sines are wrong by 2e-4, as on Mesa's driver",
  ignore: !exists(DRIVER),
  fn: async () => {
    const script = fromFileUrl(new URL("../support/golden_errors.ts", import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script],
      env: { VK_DRIVER_FILES: DRIVER },
    });
    const { code, stdout, stderr } = await command.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    const { adapter, errors } = JSON.parse(new TextDecoder().decode(stdout)) as {
      adapter: string;
      errors: Record<string, number>;
    };
    assertMatch(adapter, /SwiftShader/);
    assertEquals(Object.keys(errors), goldenFields.map(({ name }) => name));
    for (const [name, error] of Object.entries(errors)) assertLess(error, TOLERANCE, name);
  },
});
