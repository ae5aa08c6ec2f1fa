import { assertEquals } from "@std/assert";
import { chooseFamily } from "../../../lib/linalg/gemm/choose_family.ts";
import { FAMILIES, type ProductFamily } from "../../../lib/linalg/gemm/family.ts";

type Times = Partial<Record<ProductFamily, number>>;

/** Chooses where families take these times by few rows and by all rows; also tells what was asked. */
async function choose(
  few: Times,
  all: Times = {},
  { guess = "register", candidates = FAMILIES, thorough = true, hurried = false }: {
    guess?: ProductFamily;
    candidates?: readonly ProductFamily[];
    thorough?: boolean;
    hurried?: boolean;
  } = {},
) {
  const asked: [readonly ProductFamily[], number][] = [];
  const choice = await chooseFamily(
    { candidates, guess, rows: 4096, thorough, isHurried: () => hurried },
    (families, rows) => {
      asked.push([families, rows]);
      const times = rows === 4096 ? all : few;
      return Promise.resolve(
        Object.fromEntries(families.filter((each) => each in times).map((each) => [each, times[each]])),
      );
    },
  );
  return { ...choice, asked };
}

Deno.test("the fastest family is chosen by few rows where squares in workgroup memory are far behind", async () => {
  const times = { register: 1.9, wide: 2.1, tile: 9, straight: 1.5, straight32: 1 };
  const { family, milliseconds, hopeful, asked } = await choose(times);
  assertEquals(family, "straight32");
  assertEquals(milliseconds, times);
  assertEquals(hopeful, ["register", "straight", "straight32"]);
  assertEquals(asked, [[["register", "wide", "tile", "straight", "straight32"], 512]]);
});

Deno.test("where squares are near the fastest their size is chosen by all rows", async () => {
  const few = { register: 3, wide: 5, tile: 2, straight: 9, straight32: 9 };
  for (
    const [all, expected] of [
      [{ tile: 5, tile32: 7, tile128: 4 }, "tile128"],
      [{ tile: 5, tile32: 3, tile128: 4 }, "tile32"],
      [{ tile: 5, tile32: 6, tile128: 8 }, "tile"],
    ] as const
  ) {
    const { family, milliseconds, hopeful, asked } = await choose(few, all);
    assertEquals([family, milliseconds], [expected, all]);
    assertEquals(hopeful, ["register", "tile", "tile32", "tile128"]);
    assertEquals(asked[1], [["tile", "tile32", "tile128"], 4096]);
  }
  // A little behind by few rows: compared with the fastest.
  const { family, asked } = await choose({ register: 2, wide: 5, tile: 3 }, {
    register: 9,
    tile: 8,
    tile32: 8.5,
    tile128: 5,
  });
  assertEquals(family, "tile128");
  assertEquals(asked[1], [["register", "tile", "tile32", "tile128"], 4096]);
});

Deno.test("what there was no time for is neither chosen nor ruled out, and a guess is kept unless something is faster", async () => {
  const nothing = await choose({}, {}, { guess: "tile32" });
  assertEquals([nothing.family, nothing.milliseconds, nothing.hopeful], ["tile32", {}, FAMILIES]);
  const onlyOne = await choose({ register: 1 }, {}, { guess: "straight32" });
  assertEquals([onlyOne.family, onlyOne.asked.length], ["straight32", 1]);
  const cutShort = await choose({ register: 3, tile: 2 }, { tile: 5 });
  assertEquals([cutShort.family, cutShort.milliseconds], ["tile", { tile: 5 }]);
  const noSecond = await choose({ register: 3, tile: 2 });
  assertEquals([noSecond.family, noSecond.milliseconds], ["tile", { register: 3, tile: 2 }]);
});

Deno.test("nothing but candidates is measured", async () => {
  const { asked } = await choose({ register: 1, straight: 2 }, {}, { candidates: ["register", "straight"] });
  assertEquals(asked, [[["register", "straight"], 512]]);
});

Deno.test("texts that take long to compile are left out where others rule them out", async () => {
  const candidates = FAMILIES.filter((each) => each !== "straight32" && each !== "tile32" && each !== "tile128");
  const tried = async (few: Times, options: { guess?: ProductFamily; hurried?: boolean } = {}) => {
    const { family, asked } = await choose(few, {}, { candidates, thorough: false, ...options });
    return [family, ...asked.filter(([, rows]) => rows === 512).map(([families]) => families.join(" "))];
  };
  // Loads are so expensive that fewer of them cannot make up for it.
  const far = { register: 3.2, wide: 1, tile: 9, straight: 2 };
  const begin = ["register", "register tile", "register straight"];
  assertEquals(await tried(far), ["straight", ...begin]);
  assertEquals(await tried({ ...far, straight: 2.5 }), ["wide", ...begin, "straight wide"]);
  // Workgroup memory is fast at any index.
  const card = { register: 3, wide: 1, tile: 1.9, straight: 1 };
  assertEquals(await tried(card), ["tile", "register", "register tile"]);
  assertEquals(await tried({ ...card, tile: 2.5 }), ["wide", "register", "register tile", "tile wide"]);
  // Where time is short, and where there is a guess, which is compiled first.
  assertEquals(await tried(far, { hurried: true }), [
    "wide",
    "register",
    "register wide",
    "wide tile",
    "wide straight",
  ]);
  assertEquals((await tried(far, { guess: "wide" })).slice(1, 3), ["wide", "wide register"]);
});
