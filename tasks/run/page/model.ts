import type { RunStatus } from "../run_status.ts";

/** A picture of a run's page. */
export interface PagePicture {
  /** What it shows. */
  readonly title: string;
  readonly png: Uint8Array;
  /** Whether it is much wider than high. */
  readonly wide?: boolean;
}

/** A preview: truth, result and error side by side in one PNG. */
export interface PagePreview {
  readonly png: Uint8Array;
  /** What each of the three shows. */
  readonly titles: readonly string[];
  /** The step at which the field looked like that. */
  readonly step: number;
}

/** A file or a folder of a run. */
export interface PageFile {
  /** The name in the run's folder. */
  readonly name: string;
  /** The size; that of a folder is that of all files in it. */
  readonly bytes: number;
  /** The number of files in a folder; undefined for a file. */
  readonly count?: number;
}

/** A command that can be typed. */
export interface PageCommand {
  /** What the command does. */
  readonly title: string;
  readonly command: string;
}

/** The figure that measures the quality of a field. */
interface PageQuality {
  readonly figure: string;
  readonly name: string;
  readonly label: string;
  readonly digits: number;
  readonly unit?: string;
}

/** One line of `metrics.jsonl`. */
export type PageRecord = Readonly<Record<string, number | string | boolean>>;

/** What a page says about a run. */
export interface RunPage {
  readonly task: string;
  readonly name: string;
  /** The absolute path of the run's folder. */
  readonly folder: string;
  readonly status: RunStatus;
  /** Why the run diverged or failed. */
  readonly reason?: string;
  /** The network and the optimizer in a few words. */
  readonly subject: string;
  /** When the page was made. */
  readonly made: Date;
  /** Steps so far, and those that the run is to make. */
  readonly step: number;
  readonly steps: number;
  /** Training time so far. */
  readonly seconds: number;
  readonly quality: PageQuality;
  /** All measurements. */
  readonly records: readonly PageRecord[];
  /** The content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The content of `summary.json`, if the run has ended. */
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly preview?: PagePreview;
  readonly pictures: readonly PagePicture[];
  readonly commands: readonly PageCommand[];
  readonly files: readonly PageFile[];
  /** Seconds after which a browser loads the page again; undefined if it does not change any more. */
  readonly refresh?: number;
}
