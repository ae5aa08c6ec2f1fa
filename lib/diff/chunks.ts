import { padRows } from "../linalg/gemm/shape.ts";

/** How many samples of a batch are processed at once. */
export interface ChunkSize {
  /** The largest number of samples in a chunk. */
  readonly samples: number;
  /** Number of the field's rows that make up one sample. */
  readonly rowsPerSample: number;
}

/** A part of a batch that is processed at once: the samples first … first + samples − 1. */
export interface Chunk {
  /** Index in the batch of the chunk's first sample. */
  readonly first: number;
  /** Number of samples in the chunk. */
  readonly samples: number;
  /** Number of samples on the device, padding included. Whoever fills the chunk must set the padding to 0. */
  readonly paddedSamples: number;
  /** Number of the field's rows: the objective's `rowsPerSample` for each sample. */
  readonly rows: number;
  /** Number of rows on the device, padding included. Whoever fills the chunk must set the padding to 0. */
  readonly paddedRows: number;
}

/** Some samples of a batch, one after the other. */
export interface BatchPart {
  /** Index in the batch of the first sample. */
  readonly first: number;
  /** Number of samples; 0 for none. */
  readonly samples: number;
}

/** Divides a part of a batch into chunks, in order. Only the last may be smaller than the others. */
export function cutBatch(part: BatchPart, size: ChunkSize): Chunk[] {
  const chunks: Chunk[] = [];
  const end = part.first + part.samples;
  for (let first = part.first; first < end; first += size.samples) {
    const samples = Math.min(size.samples, end - first);
    const rows = samples * size.rowsPerSample;
    chunks.push({ first, samples, paddedSamples: padRows(samples), rows, paddedRows: padRows(rows) });
  }
  return chunks;
}

/**
 * The number of samples of a smaller batch that uses the same kernels as one of `batchSamples`: it has a first chunk of the same size, and
 * the same last chunk, which is added to the first.
 */
export function samplesOfEveryKind(batchSamples: number, { samples }: ChunkSize): number {
  const last = (batchSamples - 1) % samples + 1;
  return Math.min(batchSamples, samples + last);
}
