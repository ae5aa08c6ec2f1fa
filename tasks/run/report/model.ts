/** A table of texts and numbers. */
export interface ReportTable {
  readonly columns: readonly string[];
  /** Columns from this one on hold numbers. */
  readonly numbersFrom: number;
  readonly rows: readonly (readonly string[])[];
  /** Index of the row to highlight. */
  readonly best?: number;
}

/** Pictures of one result, which are shown one below the other. */
export interface ReportPictures {
  readonly title: string;
  /** Whether the pictures are much wider than high. */
  readonly wide: boolean;
  readonly pictures: readonly { readonly title: string; readonly png: Uint8Array }[];
}

/** A section of a report. */
export interface ReportSection {
  readonly title: string;
  readonly paragraphs?: readonly string[];
  /** An SVG document. */
  readonly plot?: string;
  readonly tables?: readonly ReportTable[];
  readonly gallery?: readonly ReportPictures[];
  /** Preformatted text, such as a command. */
  readonly code?: string;
}

/** A report, independent of its file format. */
export interface Report {
  readonly title: string;
  /** The main results, which come first. */
  readonly findings: readonly string[];
  readonly sections: readonly ReportSection[];
}
