import { assertEquals } from "@std/assert";
import { lateRefresh, type RefreshIntervals, stepsToRefresh } from "../../lib/optim/refresh_intervals.ts";

function refreshesUntil(end: number, intervals: RefreshIntervals): number[] {
  return Array.from({ length: end }, (_, step) => step).filter((step) => stepsToRefresh(step, intervals) === 0);
}

Deno.test("intervals double as the number of steps does, up to the longest", () => {
  const found = refreshesUntil(700, { first: 5, longest: 80 });
  const expected = [
    ...[0, 5, 10, 15, 20, 25, 30, 35],
    ...[40, 50, 60, 70],
    ...[80, 100, 120, 140],
    ...[160, 200, 240, 280],
    ...[320, 400, 480, 560, 640],
  ];
  assertEquals(found, expected);
});

Deno.test("without a shorter first interval all are the same", () => {
  assertEquals(refreshesUntil(50, { first: 7, longest: 7 }), [0, 7, 14, 21, 28, 35, 42, 49]);
});

Deno.test("steps to the next refresh are counted also where the interval becomes longer on the way", () => {
  for (const intervals of [{ first: 5, longest: 80 }, { first: 3, longest: 20 }, { first: 1, longest: 2 ** 30 }]) {
    const refreshes = refreshesUntil(1000, intervals);
    for (let step = 0; step <= refreshes.at(-1)!; step++) {
      assertEquals(step + stepsToRefresh(step, intervals), refreshes.find((each) => each >= step));
    }
  }
});

Deno.test("a late refresh is one, and only the longest interval follows", () => {
  for (const intervals of [{ first: 5, longest: 80 }, { first: 3, longest: 20 }, { first: 9, longest: 9 }]) {
    const late = lateRefresh(intervals.longest);
    assertEquals([stepsToRefresh(late, intervals), stepsToRefresh(late + 1, intervals)], [0, intervals.longest - 1]);
  }
});
