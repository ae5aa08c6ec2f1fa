/** A table of words and figures. */
export interface ReportTable {
  readonly columns: readonly string[];
  /** Columns from this one on hold numbers. */
  readonly numbersFrom: number;
  readonly rows: readonly (readonly string[])[];
  /** A row to point out. */
  readonly best?: number;
}

/** Pictures of one result, one above the other. */
export interface ReportPictures {
  readonly title: string;
  /** Whether they are much wider than high. */
  readonly wide: boolean;
  readonly pictures: readonly { readonly title: string; readonly png: Uint8Array }[];
}

/** A part of a report under a heading. */
export interface ReportSection {
  readonly title: string;
  readonly paragraphs?: readonly string[];
  /** An SVG document. */
  readonly plot?: string;
  readonly tables?: readonly ReportTable[];
  readonly gallery?: readonly ReportPictures[];
  /** Text as it is, such as a command. */
  readonly code?: string;
}

/** A report, whatever it is written as. */
export interface Report {
  readonly title: string;
  /** The answer: first of all. */
  readonly findings: readonly string[];
  readonly sections: readonly ReportSection[];
}
