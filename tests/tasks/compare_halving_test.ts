import { assert, assertEquals } from "@std/assert";
import { finalRunsInAll, secondsPerFinalRun, tuningInputs } from "../../tasks/compare/time_budget.ts";
import {
  type Candidate,
  choose,
  nextTrial,
  SEARCH,
  SEARCHED_SCHEDULES,
  spent,
  type TrialResult,
} from "../../tasks/compare/halving.ts";

/** Searches with a score for each candidate and length. */
function search(score: (candidate: Candidate, length: number) => number): TrialResult[] {
  const results: TrialResult[] = [];
  for (let trial = nextTrial(results); trial !== undefined; trial = nextTrial(results)) {
    results.push({ ...trial, score: score(trial, SEARCH.rungs[trial.rung]) });
    assert(results.length < 100, "the search ends");
  }
  return results;
}

/** The best rate is `best` half decades away; a cosine is a little better. */
const peak = (best: number) => ({ exponent, schedule }: Candidate) =>
  30 - Math.abs(exponent - best) - (schedule === "cosine" ? 0 : 0.25);

const exponentsTried = (results: readonly TrialResult[], schedule: string) =>
  results.filter((each) => each.rung === 0 && each.schedule === schedule).map(({ exponent }) => exponent)
    .toSorted((a, b) => a - b);

Deno.test("the search finds the best rate and schedule, after rates on both sides of it and in trials as long as a final run", () => {
  for (const best of [-1, 0, 1]) {
    const results = search(peak(best));
    assertEquals(choose(results), { exponent: best, schedule: "cosine", confirmed: true, bracketed: true });
    const tried = exponentsTried(results, "cosine");
    assert(tried.includes(best - 1) && tried.includes(best + 1), `${tried}`);
    assertEquals(results.filter(({ rung }) => rung === 2).length >= SEARCH.finalists, true);
  }
});

Deno.test("the grid grows towards better rates until these are bracketed", () => {
  for (const best of [3, -3]) {
    const results = search(peak(best));
    const { exponent, schedule, bracketed } = choose(results);
    assertEquals([exponent, schedule, bracketed], [best, "cosine", true]);
    assert(exponentsTried(results, "cosine").includes(best + Math.sign(best)));
  }
});

Deno.test("no candidate is tried longer in place of a better one, however far the best rate is from the default one", () => {
  for (const best of [2, 3, 4, 5, 6, 20, -3, -4, -5]) {
    const results = search(peak(best));
    for (const rung of [1, 2]) {
      const before = results.filter((each) => each.rung === rung - 1);
      for (const schedule of SEARCHED_SCHEDULES) {
        const scores = (from: readonly TrialResult[]) =>
          from.filter((each) => each.schedule === schedule).map(({ score }) => score);
        const promoted = before.filter((each) =>
          results.some((other) =>
            other.rung === rung && other.exponent === each.exponent && other.schedule === each.schedule
          )
        );
        if (scores(promoted).length === 0) continue;
        assertEquals(Math.max(...scores(promoted)), Math.max(...scores(before)), `${best}, rung ${rung}, ${schedule}`);
      }
    }
    // Both schedules had the same chance to get to their best rates.
    const [constant, cosine] = SEARCHED_SCHEDULES.map((schedule) => exponentsTried(results, schedule).length);
    assert(Math.abs(constant - cosine) <= 1, `${best}: ${constant} and ${cosine}`);
    const { exponent, schedule, bracketed } = choose(results);
    const tried = exponentsTried(results, schedule);
    assertEquals([schedule, bracketed], ["cosine", tried[0] < exponent && exponent < tried.at(-1)!]);
    // Two decades away the best is found, three decades away half a decade is left.
    if (Math.abs(best) <= 6) assert(bracketed && Math.abs(exponent - best) <= (Math.abs(best) <= 4 ? 0 : 1), `${best}`);
    assertEquals(Math.abs(exponent - best), Math.min(...tried.map((each) => Math.abs(each - best))));
  }
});

Deno.test("whatever the scores, a search takes no more than its budget", () => {
  const landscapes = [
    peak(0),
    peak(20),
    peak(-20),
    () => NaN,
    () => 1,
    ({ exponent }: Candidate) => exponent > 0 ? NaN : 1,
  ];
  for (const landscape of landscapes) {
    const results = search(landscape);
    assert(spent(results) <= SEARCH.budget + 1e-9, `${spent(results)}`);
    assertEquals(new Set(results.map((each) => JSON.stringify({ ...each, score: 0 }))).size, results.length);
  }
});

Deno.test("both schedules are followed up, since a cosine pays off only in the longer trials", () => {
  const slow = ({ exponent, schedule }: Candidate, length: number) =>
    20 - Math.abs(exponent) + (schedule === "cosine" ? 10 * (length - 0.5) : 0);
  const results = search(slow);
  for (const schedule of SEARCHED_SCHEDULES) {
    assert(results.some((each) => each.rung === 1 && each.schedule === schedule));
  }
  assertEquals(choose(results).schedule, "cosine");
});

Deno.test("rates that diverge count as tried; when all do, lower ones are tried", () => {
  const results = search(({ exponent }) => exponent >= 1 ? NaN : 10 + exponent);
  const { exponent, bracketed, confirmed } = choose(results);
  assertEquals([exponent, bracketed, confirmed], [0, true, true]);
  const low = search(({ exponent }) => exponent > -3 ? NaN : 10 + exponent);
  assertEquals(choose(low).exponent, -3);
  const never = search(() => NaN);
  assert(choose(never).exponent < -1);
  assertEquals([choose(never).confirmed, choose(never).bracketed], [false, false]);
});

Deno.test("an interrupted search goes on with the same trials", () => {
  const whole = search(peak(2));
  whole.forEach((result, i) => {
    const { score: _, ...trial } = result;
    assertEquals(nextTrial(whole.slice(0, i)), trial);
  });
});

Deno.test("a budget is divided equally among the pairs, tuning taking about as much as the final runs", () => {
  const size = { pairs: 5, seeds: 3, inputs: 1, tune: true };
  assertEquals(secondsPerFinalRun(700, size), 700 / (5 * (3 + SEARCH.budget)));
  assertEquals(secondsPerFinalRun(150, { ...size, tune: false }), 10);
  for (const inputs of [2, 4, 10]) {
    const many = { ...size, inputs };
    const tuning = 5 * tuningInputs(many) * SEARCH.budget;
    const part = tuning / finalRunsInAll(many);
    assert(part > 0.35 && part < 0.65, `${inputs} inputs: ${part}`);
  }
});
