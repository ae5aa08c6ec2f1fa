import type { ReportSection } from "../run/report/model.ts";
import type { Shape } from "../shell/shape.ts";
import type { MomentPlan } from "./moment.ts";
import type { Extent, Subject } from "./subject.ts";

/**
 * What a measurement needs: any field; a field at initialisation; a small field besides, whose Hessian is computed explicitly, which only
 * fields at initialisation have; a checkpoint with the state of a run's optimizer; or explicit matrices, of that small field or of a
 * checkpoint's field.
 */
type Need = "field" | "new field" | "small field" | "checkpoint" | "matrices";

/** What a measurement found at one moment. */
export interface Result<R> extends MomentPlan {
  /** The number of the field's parameters. */
  readonly parameters: number;
  readonly result: R;
}

/** A number for programs that read the report's table: which figure it is, and of what. */
export type Figure = readonly [figure: string, of: string, value: number];

/** A section of the report about the results of a measurement. */
export interface View<R = unknown> {
  /** The name of the picture of its plot: lower-case words joined by hyphens. */
  readonly name: string;
  /** The section with text and tables; undefined where nothing could be measured. There is at least one result. */
  section(results: readonly Result<R>[], extent: Extent): ReportSection | undefined;
  /** The plot of the section as an SVG document; undefined where there is nothing to draw. There is at least one result. */
  plot?(results: readonly Result<R>[]): Promise<string> | undefined;
}

/**
 * Something that is measured at moments. `measurements.ts` lists them all. The name is also that in `results.jsonl`, and the measurement is
 * the first section about its results.
 */
export interface Measurement<R = unknown> extends View<R> {
  /** What the status line says meanwhile. */
  readonly doing: string;
  readonly needs: Need;
  /** Whether at initialisation only the first seed is measured, because it takes long. */
  readonly firstSeedOnly?: boolean;
  /**
   * What results depend on besides the report's settings: the numbers of products and the like, which the report's text has too. A stored
   * result that was made with other ones is measured anew.
   */
  readonly made?: string;
  /** The shape of a result as it is stored. */
  readonly shape: Shape<R>;
  /**
   * About how much work it is: the number of products of the whole field with one sample that take as long. It only serves to estimate how long
   * the measurement takes before the first one of its kind is finished.
   */
  work(extent: Extent): number;
  measure(subject: Subject): Promise<R>;
  /** The figures of a result for the report's table. */
  figures(result: R): readonly Figure[];
  /** Further sections about the results. */
  readonly further?: readonly View<R>[];
  /** A second plot: what it says along runs. */
  plotOverSteps?(results: readonly Result<R>[]): Promise<string> | undefined;
  /** What the results of one series say, in a sentence. There is at least one. */
  finding?(results: readonly Result<R>[]): string | undefined;
}

/** Whether a measurement is made at a moment. */
export function isMadeAt({ needs, firstSeedOnly = false }: Measurement, { seed }: MomentPlan, along: boolean): boolean {
  if (along) return needs !== "new field" && needs !== "small field";
  return needs !== "checkpoint" && (seed === 0 || !firstSeedOnly);
}
