import type { RunFolder } from "../run_folder.ts";
import { joined } from "./protobuf.ts";
import { startRecord, summaryRecord, versionRecord } from "./event.ts";

/** The names of files of events; TensorBoard reads them in the order of their names. */
const NAME = /^events\.out\.tfevents\.(\d+)$/;

/** What a record of `metrics.jsonl` has that is no curve. */
const NO_CURVE = ["step", "stopped", "aboveLimit"];

/**
 * The measurements of a run as TensorBoard reads them. Every start of the run writes a file of its own, as TensorBoard expects it: a file that
 * a process left unfinished is complete up to its last whole record, and the next file says from which step on it replaces it.
 */
export class EventFiles {
  #name?: string;

  constructor(readonly folder: RunFolder) {}

  /**
   * Appends a measurement, with the newest preview if it was drawn since the last one. The first one of a process begins a new file.
   *
   * @param record The line of `metrics.jsonl`.
   * @param earlier The step of the last measurement before this process that counts; undefined if there is none.
   */
  async add(
    record: Readonly<Record<string, number | string | boolean>> & { readonly step: number },
    preview: Uint8Array | undefined,
    earlier: number | undefined,
  ): Promise<void> {
    const time = Date.now() / 1000;
    const numbers = Object.entries(record).filter((entry): entry is [string, number] => {
      return typeof entry[1] === "number" && !NO_CURVE.includes(entry[0]);
    });
    const summary = summaryRecord(
      { time, step: record.step },
      Object.fromEntries(numbers),
      preview === undefined ? {} : { preview },
    );
    if (this.#name !== undefined) return await this.folder.append(this.#name, summary);
    const name = await this.#nextName();
    const step = earlier === undefined ? 0 : earlier + 1;
    await this.folder.append(name, joined([versionRecord(time), startRecord({ time, step }), summary]));
    this.#name = name;
  }

  /** The name of a file after all that there are. */
  async #nextName(): Promise<string> {
    const names = (await Array.fromAsync(Deno.readDir(this.folder.path))).map(({ name }) => NAME.exec(name)?.[1]);
    const last = Math.max(0, ...names.map((number) => Number(number ?? 0)));
    return `events.out.tfevents.${String(last + 1).padStart(6, "0")}`;
  }
}
