import { assertEquals } from "../../lib/std/assert/mod.ts";
import { parseArgs } from "../../lib/std/cli/mod.ts";

Deno.test("string, boolean, negatable and collected options are read as declared", () => {
  const args = ["--rate", "1e-3", "--name=a=b", "--fast", "--no-colour", "--tag", "x", "--tag=y", "in.png"];
  assertEquals(
    {
      ...parseArgs(args, {
        string: ["rate", "name", "tag"],
        boolean: ["fast", "slow", "colour"],
        negatable: "colour",
        collect: "tag",
      }),
    },
    { _: ["in.png"], rate: "1e-3", name: "a=b", fast: true, slow: false, colour: false, tag: ["x", "y"] },
  );
});

Deno.test("what looks like a number becomes one unless the option is a string", () => {
  assertEquals({ ...parseArgs(["--n", "5", "7"], {}) }, { _: [7], n: 5 });
  assertEquals({ ...parseArgs(["--n", "5", "7"], { string: ["n", "_"] }) }, { _: ["7"], n: "5" });
});

Deno.test("a value that is missing leaves a string option empty", () => {
  assertEquals(parseArgs(["--n", "--m", "1"], { string: ["n", "m"] }).n, "");
});

Deno.test("aliases, defaults, the double dash and stopEarly work", () => {
  assertEquals({ ...parseArgs(["-h"], { boolean: "help", alias: { help: "h" } }) }, { _: [], h: true, help: true });
  assertEquals({ ...parseArgs([], { default: { n: 3 } }) }, { _: [], n: 3 });
  assertEquals({ ...parseArgs(["a", "--", "--n"], {}) }, { _: ["a", "--n"] });
  assertEquals({ ...parseArgs(["a", "--", "--n"], { "--": true }) }, { _: ["a"], "--": ["--n"] });
  assertEquals({ ...parseArgs(["a", "--n"], { stopEarly: true }) }, { _: ["a", "--n"] });
});

Deno.test("unknown options are reported and can be dropped", () => {
  const seen: unknown[] = [];
  const result = parseArgs(["--x", "1", "y"], {
    unknown: (arg, key, value) => {
      seen.push([arg, key, value]);
      return key === undefined;
    },
  });
  assertEquals(seen, [["--x", "x", "1"], ["y", undefined, undefined]]);
  assertEquals({ ...result }, { _: ["y"] });
});
