import { assertEquals } from "@std/assert";
import { disturbedRuns } from "../../tasks/compare/disturbed_runs.ts";
import type { PairPace } from "../../tasks/compare/record.ts";
import type { RunRecord } from "../../tasks/compare/record.ts";

Deno.test("a disturbed final run is recognised by its pair's other runs, or by the pace measured beforehand", () => {
  const pace: PairPace = {
    steps: 10,
    trialSteps: [],
    trialSeconds: [],
    stepsPerEpoch: 10,
    seconds: 10,
    curvatureShare: 0,
    deviceBytes: 0,
    parameters: 0,
  };
  const run = (id: string, seconds: number, divergedAt?: number): RunRecord => {
    const pair = { activation: "sine", optimizer: "adam", learningRate: 1, schedule: "constant" };
    return {
      ...pair,
      id,
      phase: "final",
      input: 0,
      seed: 0,
      steps: 10,
      stepsPerEpoch: 10,
      seconds,
      hvps: 0,
      divergedAt,
      figures: {},
    };
  };
  const disturbed = (...runs: RunRecord[]) => disturbedRuns(runs, pace).map(({ id }) => id);
  assertEquals(disturbed(run("a", 20), run("b", 10), run("c", 11)), ["a"]);
  assertEquals(disturbed(run("a", 20), run("b", 21), run("c", 19)), []);
  assertEquals(disturbed(run("a", 20)), ["a"]);
  assertEquals(disturbed(run("a", 20, 3), run("b", 12)), []);
});
