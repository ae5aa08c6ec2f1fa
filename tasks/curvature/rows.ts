import type { Measurement } from "./measure.ts";

/** One number of a measurement: which it is, and for what. */
type CsvRow = Readonly<Record<"series" | "seed" | "step" | "figure" | "of" | "value", string | number>>;

/** All numbers of the measurements, one in each row, for programs that read them. */
export function csvRows(measurements: readonly Measurement[]): CsvRow[] {
  return measurements.flatMap(rowsOf);
}

function rowsOf(
  { series, seed, step, parameters, densities, spectra, noise, small }: Measurement,
): CsvRow[] {
  const row = (figure: string, of: string, value: number): CsvRow => ({ series, seed, step, figure, of, value });
  const density = densities.flatMap(({ batchSize, density: { all, segments } }) =>
    [["all", all] as const, ...segments].flatMap(([name, { zero, belowThousandth, belowHundredth }]) => [
      row("share of Hv = 0", `batch ${batchSize}, ${name}`, zero),
      row("share of Hv < 1e-3 rms", `batch ${batchSize}, ${name}`, belowThousandth),
      row("share of Hv < 1e-2 rms", `batch ${batchSize}, ${name}`, belowHundredth),
    ])
  );
  const eigenvalues = Object.entries(spectra ?? {}).flatMap((
    [name, { extremes, mean, variance }],
  ) => [
    row("smallest eigenvalue", name, extremes[0]),
    row("largest eigenvalue", name, extremes[1]),
    row("mean eigenvalue", name, mean),
    row("variance of eigenvalues", name, variance),
  ]);
  const conditioning = Object.entries(small?.conditioning ?? {}).flatMap((
    [name, { largest, ratio, above, logSpread }],
  ) => [
    row("small field: largest |eigenvalue|", name, largest),
    ...Object.entries(ratio).map(([quantile, value]) =>
      row(`small field: largest over quantile ${quantile}`, name, value)
    ),
    ...Object.entries(above).map(([share, value]) =>
      row(`small field: |eigenvalues| above ${share} of the largest`, name, value)
    ),
    row("small field: spread of log10 |eigenvalue|", name, logSpread),
  ]);
  const estimates = (small?.estimates ?? []).flatMap(({ probes, equilibrated, jacobi }) => [
    row("small field: error of equilibrated", `${probes} probes`, equilibrated),
    row("small field: error of Jacobi", `${probes} probes`, jacobi),
  ]);
  return [
    row("parameters", "", parameters),
    ...density,
    ...eigenvalues,
    ...conditioning,
    ...estimates,
    row("noise scale", "", noise.noiseScale),
  ];
}
