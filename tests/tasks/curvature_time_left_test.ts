import { assert, assertEquals } from "@std/assert";
import { type Part, partKey } from "../../tasks/curvature/part.ts";
import { plannedParts } from "../../tasks/curvature/plans.ts";
import { timeLeft } from "../../tasks/curvature/time_left.ts";

/** How long measurements with the defaults took on two busy cores: seconds by activation, one number for each seed. */
const SECONDS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  density: { gaussian: [5.8, 4.6, 7.2], sine: [4.0, 2.6, 3.0], gabor: [6.4, 7.7, 7.1], "relu-pe": [6.0, 2.7, 7.7] },
  conditioning: { gaussian: [3.4, 5.3, 4.5], sine: [3.7, 5.0, 4.4], gabor: [9.3, 17, 12], "relu-pe": [31, 26, 24] },
  spectrum: { gaussian: [48], sine: [35], gabor: [90], "relu-pe": [43] },
  estimates: { gaussian: [2.0, 2.4, 2.7], sine: [1.6, 1.2, 1.5], gabor: [1.8, 2.1, 3.1], "relu-pe": [1.6, 3.1, 1.5] },
  noise: { gaussian: [1.0, 1.7, 1.2], sine: [0.7, 1.0, 1.2], gabor: [1.7, 1.7, 1.9], "relu-pe": [0.9, 1.9, 1.5] },
};

Deno.test("the time left is right within a factor of two at every part, though activations differ in cost", () => {
  const extent = { batchSizes: [1, 16, 256, 4096], samples: 512, directions: "rademacher" } as const;
  const planned = plannedParts({ fields: { activations: ["gaussian", "sine", "gabor", "relu-pe"], seeds: 3 } });
  const all = planned.flatMap(({ plan, measurements }) =>
    measurements.map(({ name }): Part => {
      const seconds = SECONDS[name]?.[plan.series][plan.seed] ?? 0.3;
      return { ...plan, measurement: name, parameters: 198915, seconds, result: undefined };
    })
  );
  assertEquals(timeLeft(planned, [], extent), { parts: all.length, done: 0 });
  for (let done = 1; done < all.length; done++) {
    const left = all.slice(done).reduce((sum, { seconds }) => sum + seconds, 0);
    const { next, others } = timeLeft(planned, all.slice(0, done), extent).seconds!;
    const seconds = next + others;
    assert(seconds < 2 * left && seconds > left / 2, `${partKey(all[done])}: ${seconds} instead of ${left}`);
  }
  assertEquals(timeLeft(planned, all, extent).seconds, { next: 0, others: 0 });
});
