import { type Diagnosis, FIELD_WIDTH, type Listed } from "./diagnosis.ts";

/** Formats the report: aligned rows, and at the end what can be trained or what to install. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const rows = diagnosisRows(diagnosis);
  const column = 2 + Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => name.padEnd(column) + value);
  return [...lines, "", diagnosis.problem ?? advice(diagnosis.used!)].join("\n");
}

/** What was found out, each fact with its name. */
export function diagnosisRows({ used, adapters, runtime, drivers, memory }: Diagnosis): [string, string][] {
  const rows: [string, string][] = adapters.map((adapter, i) => [
    `Adapter ${i}${adapter.name === used?.name ? " (used)" : ""}`,
    `${adapter.name} (${kind(adapter)})`,
  ]);
  if (adapters.length === 0) rows.push(["Adapter", "none"]);
  const shown = used ?? adapters[0];
  if (shown) {
    rows.push(
      ["Buffers", `up to ${bytes(shown.bufferSize)}; up to ${bytes(shown.bindingSize)} in one binding`],
      [
        "Workgroups",
        `up to ${shown.workgroupInvocations} invocations and ${bytes(shown.workgroupMemory)} of shared memory`,
      ],
      ["Features", `timestamp-query: ${yes(shown.timestampQuery)}, shader-f16: ${yes(shown.shaderF16)}`],
      [
        "Batch",
        `up to ${shown.largestBatch} rows in one chunk for layers of ${FIELD_WIDTH} units; larger batches are split`,
      ],
    );
  }
  const gpu = memory.gpu ? `, ${bytes(memory.gpu)} on the GPU` : "";
  rows.push(
    ["Memory", `${bytes(memory.total)}, of which ${bytes(memory.available)} are free${gpu}`],
    ["Drivers", drivers.join(", ") || "unknown"],
    ["Runtime", `Deno ${runtime.deno}, V8 ${runtime.v8}`],
    ["System", runtime.system],
  );
  return rows;
}

function yes(available: boolean): string {
  return available ? "yes" : "no";
}

function advice({ software }: Listed): string {
  return software
    ? "All tasks can be trained here, but slowly on the CPU: there is no GPU, or its Vulkan driver is not installed."
    : "All tasks can be trained here.";
}

function bytes(count: number): string {
  for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]] as const) {
    if (count >= size) return `${Number((count / size).toFixed(1))} ${unit}`;
  }
  return `${count} bytes`;
}

function kind({ software, backend, vendor }: Listed): string {
  return [software ? "software, on the CPU" : `GPU of ${vendor || "an unknown vendor"}`, ...backend ? [backend] : []]
    .join(", ");
}
