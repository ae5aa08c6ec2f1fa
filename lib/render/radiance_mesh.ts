import { checkOptions } from "../hyperparameter/members.ts";
import { checkRange, POSITIVE } from "../hyperparameter/range.ts";
import { evaluateField, type NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import type { Mesh } from "../codec/mesh/mesh.ts";
import { fitPositions } from "../codec/mesh/position_bits.ts";
import { fieldSlices } from "../data/mesh/field_grid.ts";
import { largestParts } from "../data/mesh/largest_parts.ts";
import { type Grid, marchingCubes } from "../data/mesh/marching_cubes.ts";
import { refineVertices } from "../data/mesh/refine_vertices.ts";
import type { Camera, Vector3 } from "../data/scene/camera.ts";
import { distancePerInput, pointOf, worldOf } from "../data/scene/input_space.ts";
import type { RaySpace } from "../data/scene/ray_space.ts";
import { checkRadianceField, checkVolume, VOLUME_OPTIONS, type VolumeOptions } from "../objective/volume_rendering.ts";
import { CameraViews } from "./camera_views.ts";
import { surfaceColours } from "./surface_colours.ts";

/** The most cells of a grid along an axis. */
const MOST_CELLS = 1600;

/** How the surface of a radiance field is extracted. */
export interface RadianceMeshOptions extends VolumeOptions {
  /** The transform from the scene's world to the field's inputs. */
  readonly space: RaySpace;
  /** Cells of the grid along the longest side of what the cameras see; a whole number from 1 to 1600. */
  readonly resolution: number;
  /** The density of the surface, per unit of the field's input; {@linkcode surfaceThreshold} chooses one. */
  readonly threshold: number;
  /** How many connected parts to keep, those with the largest areas; by default all. */
  readonly components?: number;
  /** The most bytes of device memory that a chunk may take. */
  readonly memory?: number;
  /** A function that is called with the part of the grid that is done, from 0 to 1. */
  readonly progress?: (part: number) => void;
  /** Stops the extraction between two chunks by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The surface of a radiance field. */
export interface RadianceMesh {
  /** The mesh in the scene's world, oriented outward; it has no faces if the density is nowhere above the threshold. */
  readonly mesh: Mesh;
  /** `[vertices, 3]`: RGB, from 0 to 255. */
  readonly colours: Uint8Array;
  /** The number of connected parts before the largest were kept. */
  readonly parts: number;
}

/**
 * Extracts the surface on which the density of a radiance field has a value, with colours. The grid lies in the coordinates of the
 * field's input, so that far parts of an unbounded scene have larger cells, as they have longer intervals; and the density is that per
 * unit of this input, so that one threshold suits near and far parts. Where no camera sees, a field has learnt nothing: that counts as
 * outside, and the surface is closed there. The colour of a vertex is that of the field there, seen from the camera that looks at it most
 * frontally.
 *
 * @param cameras The cameras that the field was trained with, in the scene's world.
 * @throws {RangeError} If an option is out of range, or the density is not finite somewhere.
 * @throws {Error} If the field is not a radiance field, or there are no cameras.
 */
export async function radianceMesh(
  field: Field,
  cameras: readonly Camera[],
  options: RadianceMeshOptions,
): Promise<RadianceMesh> {
  checkOptions("radianceMesh", options, {
    ...VOLUME_OPTIONS,
    space: true,
    resolution: true,
    threshold: true,
    components: true,
    memory: true,
    progress: true,
    signal: true,
  });
  const { space, components, signal } = options;
  checkRadianceField(field.description);
  const views = new CameraViews(cameras, space);
  const surface = new RadianceSurface(field, views, options);
  const grid = gridOf(views, options.resolution);
  const found = await marchingCubes(grid, surface.slices(grid, options));
  await refineVertices(found, grid, (points) => surface.valuesAt(points, signal));
  const { mesh, parts } = largestParts(placed(found, space), components);
  const colours = await surfaceColours(field, mesh, views, signal);
  const positions = mapped(mesh.positions, (point) => worldOf(space, point));
  return { mesh: { ...mesh, positions: fitPositions(positions, mesh.indices) }, colours, parts };
}

/** A function of the field's input that is positive where the density is above the threshold and a camera sees. */
class RadianceSurface {
  readonly #scale: number;
  readonly #threshold: number;

  constructor(readonly field: Field, readonly views: CameraViews, options: RadianceMeshOptions) {
    const { densityScale } = checkVolume(options);
    const { threshold } = options;
    checkRange("radianceMesh: threshold", threshold, POSITIVE);
    this.#scale = densityScale;
    this.#threshold = threshold;
  }

  /** The values on a grid, slice by slice. */
  async *slices(grid: Grid, { memory, signal, progress }: RadianceMeshOptions): AsyncGenerator<Float32Array> {
    const { size: [nx, ny, nz], origin, spacing } = grid;
    let k = 0;
    for await (const slice of fieldSlices(this.field, grid, { memory, signal, input: "position", output: "density" })) {
      for (let at = 0; at < slice.length; at++) {
        const [i, j] = [at % nx, Math.floor(at / nx) % ny];
        slice[at] = this.#seen(slice[at], [
          origin[0] + spacing * i,
          origin[1] + spacing * j,
          origin[2] + spacing * k,
        ]);
      }
      yield slice;
      k++;
      progress?.(k / nz);
    }
  }

  /** The values at inputs `[n, 3]`. */
  async valuesAt(positions: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const inputs = { position: positions, direction: new Float32Array(positions.length) };
    const { density } = await evaluateField(this.field, inputs, signal) as NamedArrays;
    return density.map((value, i) =>
      this.#value(value, [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]])
    );
  }

  /** The value where a camera sees; elsewhere one below 0. */
  #seen(density: number, input: Vector3): number {
    const value = this.#value(density, input);
    if (!(value > 0)) return value;
    const point = pointOf(this.views.space, input);
    return point !== undefined && this.views.sees(point) ? value : -value;
  }

  /** The field's output minus what it is on the surface: in these terms density is nearly linear. */
  #value(output: number, input: Vector3): number {
    const point = pointOf(this.views.space, input);
    if (point === undefined) return -1;
    const density = this.#threshold / (this.#scale * distancePerInput(this.views.space, point));
    // The inverse of softplus; for large densities the exponential vanishes.
    return output - (density + Math.log(-Math.expm1(-density)));
  }
}

/** The grid around what the cameras see, with a cell to spare on each side. */
function gridOf(views: CameraViews, resolution: number): Grid {
  if (!Number.isSafeInteger(resolution) || resolution < 1 || resolution > MOST_CELLS) {
    throw new RangeError(
      `radianceMesh: resolution: expected a whole number from 1 to ${MOST_CELLS}, found ${resolution}.`,
    );
  }
  const { low, high } = views.inputBox();
  const sides = high.map((value, axis) => value - low[axis]);
  const spacing = Math.max(...sides) / resolution;
  const size = sides.map((side) => Math.ceil(side / spacing - 1e-6) + 3) as [number, number, number];
  const origin = low.map((value) => value - spacing) as [number, number, number];
  return { size, origin, spacing };
}

/** A mesh of inputs as one of points in the space's frame, oriented outward. */
function placed({ positions, indices }: Mesh, space: RaySpace): Mesh {
  const points = mapped(positions, (input) => pointOf(space, input) ?? [0, 0, 0]);
  // In NDC, depth grows in the other direction than in the frame, which turns faces over.
  if (space.kind === "ndc") {
    for (let i = 0; i < indices.length; i += 3) [indices[i], indices[i + 1]] = [indices[i + 1], indices[i]];
  }
  return { positions: points, indices };
}

/** Positions, each mapped by a function. */
function mapped(positions: Mesh["positions"], map: (point: Vector3) => Vector3): Float64Array<ArrayBuffer> {
  const result = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) result.set(map([positions[i], positions[i + 1], positions[i + 2]]), i);
  return result;
}
