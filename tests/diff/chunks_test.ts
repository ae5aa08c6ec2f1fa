import { assertEquals } from "@std/assert";
import { cutBatch } from "../../lib/diff/chunks.ts";
import { padRows } from "../../lib/linalg/gemm/shape.ts";

Deno.test("chunks follow each other, are full except the last, and together make the batch", () => {
  for (const batchSamples of [1, 7, 8, 9, 16, 100]) {
    for (const samples of [1, 8, 100, 1000]) {
      for (const rowsPerSample of [1, 3]) {
        const chunks = cutBatch({ first: 0, samples: batchSamples }, { samples, rowsPerSample });
        let first = 0;
        for (const chunk of chunks) {
          const size = Math.min(samples, batchSamples - first);
          const rows = size * rowsPerSample;
          const padded = { paddedSamples: padRows(size), paddedRows: padRows(rows) };
          assertEquals(chunk, { first, samples: size, rows, ...padded });
          first += size;
        }
        assertEquals(first, batchSamples);
        assertEquals(chunks.length, Math.ceil(batchSamples / samples));
      }
    }
  }
});
