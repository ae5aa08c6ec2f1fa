import type { RunChanges, WatchedRuns } from "./watched_runs.ts";

/** How often runs are looked at, in milliseconds; more seldom where a look takes long. */
const [EVERY, TIMES_AS_LONG] = [1500, 10];

/** How often a line is sent where nothing happens, so that no proxy ends the connection, in milliseconds. */
const HEARTBEAT = 15_000;

/** The most browsers at a time. */
const MOST = 64;

type Listener = ReadableStreamDefaultController<Uint8Array>;

/** Sends the changes of runs to all browsers, as server-sent events. Runs are looked at only while a browser listens. */
export class Live {
  readonly #listeners = new Set<Listener>();
  #watching?: Promise<void>;

  constructor(readonly runs: WatchedRuns, readonly every: number = EVERY) {}

  /** A stream of events for one browser: all runs at once, then what changes. */
  listen(): Response {
    if (this.#listeners.size >= MOST) return new Response("Too many browsers are watching.\n", { status: 503 });
    let own: Listener;
    const stream = new ReadableStream<Uint8Array>({
      start: async (listener) => {
        own = listener;
        await this.#look();
        send(listener, "runs", { root: this.runs.root, rows: this.runs.rows });
        this.#listeners.add(listener);
        this.#watching ??= this.#watch().finally(() => this.#watching = undefined);
      },
      cancel: () => {
        this.#listeners.delete(own);
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  }

  /** Looks at the runs as long as anybody listens. */
  async #watch(): Promise<void> {
    let told = performance.now();
    while (this.#listeners.size > 0) {
      const begin = performance.now();
      const changed = await this.#look();
      const took = performance.now() - begin;
      if (!changed && performance.now() - told > HEARTBEAT) this.#tell({ rows: [], gone: [] });
      if (changed || performance.now() - told > HEARTBEAT) told = performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(this.every, TIMES_AS_LONG * took)));
    }
  }

  /** Looks at the runs and tells all browsers what has changed. Returns whether anything has. */
  async #look(): Promise<boolean> {
    const changes = await this.runs.look();
    const changed = changes.rows.length + changes.gone.length > 0;
    if (changed) this.#tell(changes);
    return changed;
  }

  #tell(changes: RunChanges): void {
    for (const listener of this.#listeners) {
      try {
        send(listener, "changes", changes);
      } catch {
        this.#listeners.delete(listener);
      }
    }
  }
}

function send(listener: Listener, event: string, data: unknown): void {
  listener.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
}
