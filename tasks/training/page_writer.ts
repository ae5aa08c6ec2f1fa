import { basename, join } from "../../lib/std/path/mod.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { folderFiles } from "../run/page/folder_files.ts";
import type { PagePicture, PagePreview, PageRecord, RunPage } from "../run/page/model.ts";
import type { RunStatus } from "../run/run_status.ts";
import { PAGE, runPageHtml } from "../run/page/run_page.ts";
import { encodePreview, PREVIEW } from "../run/preview.ts";
import { reducedPicture } from "../run/report/reduced_picture.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { networkName } from "./network_choice.ts";
import { runConfig } from "./run_config.ts";
import { runCommands } from "./run_commands.ts";
import type { RunParts } from "./run_parts.ts";

/** The most that previews and pages take of the time that a run takes, except for the first and the last ones. */
const SHARE = 0.01;

/** The longer side of a picture on a page, in pixels. */
const LARGEST = 512;

/** The most further pictures of a task's kind, such as other test views. */
const MOST_FURTHER = 3;

/** How often a browser loads the page of a running run again, in seconds: as often as it is made, within these limits. */
const [SOONEST, LATEST] = [2, 60];

/** What a page is made of besides the parts of the run. */
interface PageMoment {
  readonly event: TrainEvent;
  /** The training time of the whole run. */
  readonly seconds: number;
}

/** How a run is or ended. */
interface PageEnd extends PageMoment {
  readonly status: RunStatus;
  /** The content of `summary.json`; a run without steps has none. */
  readonly summary?: object;
}

/** Keeps the page of a run up to date, and its preview. */
export class PageWriter {
  readonly #begun = performance.now();
  #records: PageRecord[] = [];
  #preview?: PagePreview;
  /** The step of the last measurement. */
  #measured = 0;
  /** Milliseconds spent on pages and previews. */
  #spent = 0;
  #written = performance.now();

  constructor(readonly parts: RunParts) {}

  /** Takes over the measurements of a run that is resumed. */
  begin(records: readonly PageRecord[]): void {
    this.#records = [...records];
  }

  /** Takes over a new measurement. */
  add(record: PageRecord): void {
    this.#records.push(record);
  }

  /** Writes the page of a run that begins or is resumed. */
  async start(folder: RunFolder, moment: PageMoment): Promise<void> {
    if (this.parts.habits === undefined) await this.#timed(() => this.#write(folder, { ...moment, status: "running" }));
  }

  /**
   * Draws a preview of the field that was just measured and writes the page, unless earlier ones took too much of the time.
   *
   * @param signal Stops the drawing.
   * @returns The preview as PNG, if it was drawn.
   */
  async update(folder: RunFolder, moment: PageMoment, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const before = this.#preview;
    this.#measured = moment.event.step;
    const tooMuch = this.#preview !== undefined && this.#spent > SHARE * (performance.now() - this.#begun);
    if (this.parts.habits !== undefined || tooMuch) return;
    await this.#timed(async () => {
      await this.#draw(folder, signal);
      await this.#write(folder, { ...moment, status: "running" });
    });
    return this.#preview === before ? undefined : this.#preview?.png;
  }

  /**
   * Writes the page of a run that has ended, with its results, and the preview of its last measurement.
   *
   * @param signal Stops the drawing. Without it nothing is drawn, because the field has diverged or the run has failed.
   */
  async conclude(folder: RunFolder, end: PageEnd, signal?: AbortSignal): Promise<void> {
    const outdated = this.#measured > 0 && this.#preview?.step !== this.#measured;
    if (outdated && signal !== undefined && this.parts.habits === undefined) await this.#draw(folder, signal);
    await this.#write(folder, end);
  }

  /**
   * Draws the field as it was measured last and writes `preview.png`.
   *
   * @param signal Stops the drawing; then there is no new preview.
   */
  async #draw(folder: RunFolder, signal: AbortSignal): Promise<void> {
    const { input, field } = this.parts;
    const preview = await input.preview?.(field, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (preview === undefined) return;
    this.#preview = { png: encodePreview(preview), titles: preview.titles, step: this.#measured };
    await folder.writeOptional(PREVIEW, this.#preview.png);
  }

  async #write(folder: RunFolder, moment: PageEnd): Promise<void> {
    const page = await this.#page(folder, moment);
    this.#written = performance.now();
    await folder.writeOptional(PAGE, runPageHtml(page));
  }

  async #page(
    folder: RunFolder,
    { event, seconds, status, summary }: PageEnd,
  ): Promise<RunPage> {
    const { task, length, input, optimizer } = this.parts;
    const path = folder.path;
    const name = basename(path).replace(/\.unfinished$/, "");
    const files = await folderFiles(path);
    const since = (performance.now() - this.#written) / 1000;
    const entries = summary as RunPage["summary"];
    return {
      task,
      name,
      folder: path.replace(/\.unfinished$/, ""),
      status,
      reason: [entries?.diverged, entries?.error].find((reason) => typeof reason === "string"),
      subject: `${networkName(input.values)}, ${optimizer.spec.name}, learning rate ${optimizer.spec.learningRate}`,
      made: new Date(),
      step: event.step,
      steps: length.steps,
      seconds,
      quality: input.quality,
      records: this.#records,
      config: runConfig(this.parts, name) as RunPage["config"],
      summary: entries,
      preview: this.#preview,
      pictures: status === "finished" ? await this.#results(folder, files.map(({ name }) => name)) : [],
      commands: runCommands(this.parts, path, status),
      files,
      refresh: status === "running" ? Math.min(LATEST, Math.max(SOONEST, since)) : undefined,
    };
  }

  /** The pictures of the task's results. */
  async #results(folder: RunFolder, names: readonly string[]): Promise<PagePicture[]> {
    const known = (this.parts.pictures ?? []).map(({ file, title }) => ({ file, title }));
    const views = names.includes("test") ? await folderFiles(join(folder.path, "test")) : [];
    const further = views.filter(({ name }) => /^\d{3,}_comparison\.png$/.test(name)).map(({ name }) => {
      return { file: `test/${name}`, title: `Test view ${Number(name.slice(0, name.indexOf("_")))}` };
    });
    const others = further.filter(({ file }) => known.every((each) => each.file !== file));
    const pictures: PagePicture[] = [];
    for (const { file, title } of [...known, ...others.slice(0, MOST_FURTHER)]) {
      const picture = await reducedPicture(join(folder.path, file), LARGEST).catch(() => undefined);
      if (picture !== undefined) pictures.push({ title, ...picture });
    }
    return pictures;
  }

  async #timed(work: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    await work();
    this.#spent += performance.now() - begin;
  }
}
