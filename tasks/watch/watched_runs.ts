import { join } from "../../lib/std/path/mod.ts";
import { runPlaces } from "../run/run_places.ts";
import { type RunRow, WatchedRun } from "./watched_run.ts";

/** The most runs that are shown. */
const MOST = 5000;

/** What has changed since the last look. */
export interface RunChanges {
  readonly rows: readonly RunRow[];
  /** Runs that are no longer there. */
  readonly gone: readonly string[];
}

/** All runs in a folder and the folders in it: those with a `config.json`. Links are not followed, and hidden folders are left out. */
export class WatchedRuns {
  readonly #runs = new Map<string, WatchedRun>();
  readonly #rows = new Map<string, RunRow>();

  constructor(readonly root: string) {}

  /** What is known of all runs. */
  get rows(): RunRow[] {
    return [...this.#rows.values()];
  }

  /** A run by the path of its folder in the root. */
  run(id: string): WatchedRun | undefined {
    return this.#runs.get(id);
  }

  /** Looks at all runs again. */
  async look(): Promise<RunChanges> {
    const ids = (await runPlaces(this.root)).slice(0, MOST);
    const there = new Set(ids);
    const rows: RunRow[] = [];
    for (const id of ids) {
      const run = this.#runs.get(id) ?? new WatchedRun(join(this.root, id), id);
      this.#runs.set(id, run);
      const row = await run.read().catch(() => undefined);
      if (row === undefined || JSON.stringify(row) === JSON.stringify(this.#rows.get(id))) continue;
      this.#rows.set(id, row);
      rows.push(row);
    }
    const gone = [...this.#runs.keys()].filter((id) => !there.has(id));
    for (const id of gone) {
      this.#runs.delete(id);
      this.#rows.delete(id);
    }
    return { rows, gone };
  }
}
