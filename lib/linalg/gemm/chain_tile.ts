import type { Gpu } from "../../gpu/device.ts";
import { MOST_MIRRORS } from "../../gpu/operand_access.ts";

/** Rows that a workgroup may take through a chain of layers; the smallest suits the batches with the fewest rows. */
const TILE_ROWS = [64, 32, 16];
/** So many workgroups occupy a GPU: larger tiles, which read weights less often, are used only from there on. */
const ENOUGH_GROUPS = 128;
/** The most invocations of a workgroup, WebGPU's default. */
const MOST_INVOCATIONS = 256;
/** Rows of weights that are staged at a time. */
const STAGED = 16;

/** The tile of rows that a workgroup takes through the layers of a chain. */
interface ChainTile {
  readonly rows: number;
  /** Blocks of 4 rows that one invocation computes. */
  readonly blocks: number;
}

/** The tile for matrices of so many columns at most, padding included; undefined if none fits the workgroup memory. */
export function chainTile({ device: { limits } }: Gpu, widest: number, rows: number): ChainTile | undefined {
  const tiles = TILE_ROWS.map((rows) => {
    return { rows, blocks: Math.max(1, Math.ceil(rows / 4 * widest / 4 / MOST_INVOCATIONS)) };
  });
  const fits = tiles.filter(({ rows, blocks }) => {
    return (rows + STAGED) * widest * 4 <= limits.maxComputeWorkgroupStorageSize && rows / 4 % blocks === 0 &&
      rows / 4 / blocks * widest / 4 <= MOST_INVOCATIONS;
  });
  return fits.find((tile) => rows / tile.rows >= ENOUGH_GROUPS) ?? fits.at(-1);
}

/**
 * The most layers of one chain. With three other buffers each layer binds two matrices, and in the backward pass beside a Hessian-vector
 * product each but one binds three.
 */
export function mostChainLayers({ device: { limits: { maxStorageBuffersPerShaderStage: most } } }: Gpu): number {
  return Math.min(Math.floor((Math.min(most, MOST_MIRRORS + 1) - 3) / 2), Math.floor(most / 3));
}

/** What a kernel for several layers of a chain binds. */
interface ChainBindings {
  /** Buffers that all layers share. */
  readonly shared: number;
  /** Matrices that it reads of each layer. */
  readonly read: number;
  /** Matrices that it writes of each layer. */
  readonly written: number;
}

/** The most layers that a kernel can compute; 0 if the device lets it bind too few buffers even for one. */
export function mostLayersAtOnce(
  { device: { limits: { maxStorageBuffersPerShaderStage: most } }, tuner }: Gpu,
  { shared, read, written }: ChainBindings,
): number {
  if (tuner.operands === "buffer") return Math.floor((most - shared) / (read + written));
  return Math.floor(Math.min((MOST_MIRRORS - shared) / read, written === 0 ? Infinity : most / written));
}

/** Cuts `count` layers into runs of at most `most`, in order. */
export function runsOf(count: number, most: number): { readonly first: number; readonly end: number }[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => {
    return { first: i * most, end: Math.min((i + 1) * most, count) };
  });
}

/** Entries along a side of the squares into which the weights' gradient is cut: few rows have few parts, and so smaller squares. */
export function weightSide(rows: number): number {
  return rows < 4096 ? 32 : 64;
}
