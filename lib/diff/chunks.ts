import { padRows } from "../linalg/gemm/shape.ts";

/** How many samples of a batch are worked through at once. */
export interface ChunkSize {
  /** Samples of a chunk, at most. */
  readonly samples: number;
  /** Rows of the field that make one sample. */
  readonly rowsPerSample: number;
}

/** Some samples of a batch that are worked through at once: samples first … first + samples − 1. */
export interface Chunk {
  /** First sample of the chunk in the batch. */
  readonly first: number;
  /** Samples of the chunk. */
  readonly samples: number;
  /** Samples on the device: those from `samples` up to here are to become 0. */
  readonly paddedSamples: number;
  /** Rows of the field: as many for each sample as the objective's `rowsPerSample`. */
  readonly rows: number;
  /** Rows on the device: those from `rows` up to here are to become 0. */
  readonly paddedRows: number;
}

/** Cuts a batch of so many samples into chunks, in order; only the last may be smaller than the others. */
export function cutBatch(batchSamples: number, size: ChunkSize): Chunk[] {
  const chunks: Chunk[] = [];
  for (let first = 0; first < batchSamples; first += size.samples) {
    const samples = Math.min(size.samples, batchSamples - first);
    const rows = samples * size.rowsPerSample;
    chunks.push({ first, samples, paddedSamples: padRows(samples), rows, paddedRows: padRows(rows) });
  }
  return chunks;
}
