import { checkOptions } from "../hyperparameter/members.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { streams } from "../gpu/random.ts";
import type { ChunkRequest, MatrixPlace } from "../diff/request.ts";
import { padWidth } from "../linalg/layout.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import { checkWhole } from "../codec/image/check_picture.ts";
import { type Camera, checkCamera } from "../data/scene/camera.ts";
import { cameraInSpace, RAY_SPACES, type RaySpace } from "../data/scene/ray_space.ts";
import { checkVolume, VOLUME_OPTIONS, type VolumeOptions } from "../objective/volume_rendering.ts";
import type { Draw } from "../data/training_data.ts";
import edgesText from "../../wgsl/render/ray_edges.wgsl" with { type: "text" };
import pointsText from "../../wgsl/render/ray_points.wgsl" with { type: "text" };
import resampleText from "../../wgsl/render/ray_resample.wgsl" with { type: "text" };
import raysText from "../../wgsl/render/rays.wgsl" with { type: "text" };
import volume_medium from "../../wgsl/objective/volume_medium.wgsl" with { type: "text" };

const raysSource = { name: "rays", text: raysText };
const edgesSource = { name: "ray_edges", text: edgesText };
const pointsSource = { name: "ray_points", text: pointsText };
const resampleSource = { name: "ray_resample", text: resampleText };

/** Makes rays of cameras on the device, and the inputs of a radiance field along them. */
export class RayCaster implements Disposable {
  /** The number of pixels of all pictures together. */
  readonly pixels: number;
  readonly #cameras: DeviceBuffer;
  readonly #cameraCount: number;
  readonly #volume: Required<VolumeOptions>;
  #rays: DeviceBuffer | undefined;
  #coarse: DeviceBuffer | undefined;

  /**
   * Uploads the cameras.
   *
   * @param cameras The cameras in the scene's world. Their pictures may differ in size.
   * @throws {Error} If there are no cameras, one is invalid (see `checkCamera`), or the kind of the space is unknown.
   * @throws {RangeError} If an option is out of range, a size is not an integer of at least 1, or there are 2³² pixels or more.
   */
  constructor(readonly gpu: Gpu, cameras: readonly Camera[], readonly space: RaySpace, volume: VolumeOptions) {
    checkOptions("RayCaster", volume, VOLUME_OPTIONS);
    this.#volume = checkVolume(volume);
    if (cameras.length === 0) throw new Error("rays: expected at least one camera, found none.");
    for (const { width, height } of cameras) {
      checkWhole("rays: width", width, 1);
      checkWhole("rays: height", height, 1);
    }
    cameras.forEach((camera, i) => checkCamera(`rays: camera ${i}`, camera));
    if (!RAY_SPACES.includes(space.kind)) {
      throw new Error(`rays: expected a space of one of ${RAY_SPACES.join(", ")}, found ${space.kind}.`);
    }
    const firsts = firstPixels(cameras);
    this.pixels = firsts.at(-1)!;
    if (this.pixels >= 2 ** 32) throw new RangeError(`rays: expected fewer than 2³² pixels, found ${this.pixels}.`);
    this.#cameraCount = cameras.length;
    this.#cameras = gpu.buffer("cameras", cameras.length * 24 * 4);
    const records = cameras.flatMap((camera, i) => packed(cameraInSpace(camera, space), firsts[i]));
    gpu.write(this.#cameras, Float32Array.from(records));
  }

  /**
   * Records casting rays: for sample s = indices[first + n], the ray through pixel s, counted as in `firstPixels`. The result has the
   * layout that `rays.wgsl` defines and belongs to this caster.
   */
  cast(indices: DeviceBuffer, first: number, count: number): DeviceBuffer {
    if (this.#rays === undefined || this.#rays.size < count * 48) {
      this.#rays?.[Symbol.dispose]();
      this.#rays = this.gpu.buffer("rays", count * 48);
    }
    const { near, far, cube } = this.space;
    this.gpu.dispatch(
      this.gpu.kernel(raysSource),
      { indices, cameras: this.#cameras, rays: this.#rays },
      {
        count,
        first,
        camera_count: this.#cameraCount,
        space: this.#kind,
        near,
        far,
        cube_x: cube[0],
        cube_y: cube[1],
      },
      linearGroups(count, 64),
    );
    return this.#rays;
  }

  /**
   * Records filling a chunk with rays: the inputs `position` and `direction`, and the target `edges`. If there are fine intervals, it
   * also evaluates the field at the coarse ones.
   *
   * @param indices The sample of ray n is `indices[chunk.first + n]`.
   * @param draw The key of random numbers that move the edges; without it they are not moved.
   * @throws {Error} If the chunk has another number of intervals.
   */
  fill(chunk: ChunkRequest, indices: DeviceBuffer, draw?: Draw): void {
    const { intervals, fine } = this.#volume;
    const found = chunk.targets.get("edges")!.width - 1;
    if (found !== intervals) {
      throw new Error(`rays: expected an objective with ${intervals} intervals, as the rays have, found ${found}.`);
    }
    const rays = this.cast(indices, chunk.first, chunk.samples);
    const edges = chunk.targets.get("edges")!;
    const coarse = fine === 0 ? edges : this.#coarseEdges(chunk, intervals - fine);
    this.#even(chunk, rays, coarse, draw);
    if (fine > 0) {
      const rows = chunk.samples * (intervals - fine);
      this.#points(chunk, rays, coarse, padRows(rows));
      this.#resample(chunk, coarse, chunk.evaluate!(rows, "density"), edges, draw);
    }
    this.#points(chunk, rays, edges, chunk.paddedRows);
  }

  /** The matrix for coarse edges, from which all edges are made. */
  #coarseEdges({ paddedSamples }: ChunkRequest, intervals: number): MatrixPlace {
    const stride = padWidth(intervals + 1);
    const size = paddedSamples * stride * 4;
    if (this.#coarse === undefined || this.#coarse.size < size) {
      this.#coarse?.[Symbol.dispose]();
      this.#coarse = this.gpu.buffer("coarse edges", size);
    }
    return { buffer: this.#coarse, width: intervals + 1, stride };
  }

  /** Records making evenly spaced edges. */
  #even({ first, samples, paddedSamples }: ChunkRequest, rays: DeviceBuffer, edges: MatrixPlace, draw?: Draw): void {
    this.gpu.dispatch(
      this.gpu.kernel(edgesSource),
      { rays, edges: edges.buffer },
      {
        count: samples,
        padded_rays: paddedSamples,
        intervals: edges.width - 1,
        stride: edges.stride,
        space: this.#kind,
        ...keyOf(first, streams.jitter, draw),
      },
      linearGroups(paddedSamples * edges.stride, 64),
    );
  }

  /** Records making the field's inputs at the middles of the intervals. */
  #points(chunk: ChunkRequest, rays: DeviceBuffer, edges: MatrixPlace, paddedRows: number): void {
    const [position, direction] = [chunk.inputs.get("position")!, chunk.inputs.get("direction")!];
    this.gpu.dispatch(
      this.gpu.kernel(pointsSource),
      { rays, edges: edges.buffer, position: position.buffer, direction: direction.buffer },
      {
        count: chunk.samples,
        padded_rows: paddedRows,
        intervals: edges.width - 1,
        edge_stride: edges.stride,
        stride: position.stride,
        space: this.#kind,
        scale: this.space.inputScale,
      },
      linearGroups(paddedRows, 64),
    );
  }

  /** Records adding fine edges to coarse ones. */
  #resample(
    { first, samples, paddedSamples }: ChunkRequest,
    coarse: MatrixPlace,
    density: MatrixPlace,
    edges: MatrixPlace,
    draw?: Draw,
  ): void {
    this.gpu.dispatch(
      this.gpu.kernel(resampleSource, { volume_medium }),
      { coarse: coarse.buffer, density: density.buffer, edges: edges.buffer },
      {
        rays: samples,
        padded_rays: paddedSamples,
        intervals: coarse.width - 1,
        fine: this.#volume.fine,
        coarse_stride: coarse.stride,
        stride: edges.stride,
        density_scale: this.#volume.densityScale,
        ...keyOf(first, streams.resampling, draw),
      },
      linearGroups(paddedSamples, 64),
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#cameras[Symbol.dispose]();
    this.#rays?.[Symbol.dispose]();
    this.#coarse?.[Symbol.dispose]();
  }

  get #kind(): number {
    return RAY_SPACES.indexOf(this.space.kind);
  }
}

/** The kernel's parameters for random numbers; without a key there are none. */
function keyOf(place: number, stream: number, draw?: Draw) {
  const { seed = 0, step = 0 } = draw ?? {};
  return { jitter: draw === undefined ? 0 : 1, place, key0: seed, key1: stream, step };
}

/**
 * The number of the first pixel of each camera, and the number of all pixels at the end: the pixels of all cameras are counted camera by
 * camera, each in row-major order.
 */
export function firstPixels(cameras: readonly Pick<Camera, "width" | "height">[]): number[] {
  const firsts = [0];
  for (const { width, height } of cameras) firsts.push(firsts.at(-1)! + width * height);
  return firsts;
}

/** A camera in the layout that `rays.wgsl` reads; `first` is the number of its first pixel. */
function packed({ pose, focal, centre, distortion, width }: Camera, first: number): number[] {
  const { k1 = 0, k2 = 0, k3 = 0, p1 = 0, p2 = 0 } = distortion ?? {};
  // Integers below 2²⁴ are exact in f32.
  return [...pose, ...focal, ...centre, k1, k2, k3, p1, p2, width, Math.floor(first / 65536), first % 65536];
}
