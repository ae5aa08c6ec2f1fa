import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { streams } from "../gpu/random.ts";
import type { ChunkRequest } from "../diff/request.ts";
import type { Camera } from "../data/scene/camera.ts";
import { cameraInSpace, RAY_SPACES, type RaySpace } from "../data/scene/ray_space.ts";
import type { Draw } from "../train/data.ts";
import edgesText from "../../wgsl/ray_edges.wgsl" with { type: "text" };
import pointsText from "../../wgsl/ray_points.wgsl" with { type: "text" };
import raysText from "../../wgsl/rays.wgsl" with { type: "text" };
import threefryText from "../../wgsl/threefry.wgsl" with { type: "text" };

const raysSource = { name: "rays", text: raysText };
const edgesSource = { name: "ray_edges", text: edgesText };
const pointsSource = { name: "ray_points", text: pointsText };

/** Makes rays of cameras on the device, and what a radiance field sees along them. */
export class RayCaster implements Disposable {
  /** Of all pictures, in pixels. */
  readonly width: number;
  /** Of all pictures, in pixels. */
  readonly height: number;
  readonly #cameras: DeviceBuffer;
  #rays: DeviceBuffer | undefined;

  /**
   * Uploads the cameras.
   *
   * @param cameras In the scene's world; all of one size.
   * @param intervals Of a ray.
   * @throws When sizes differ.
   */
  constructor(readonly gpu: Gpu, cameras: readonly Camera[], readonly space: RaySpace, readonly intervals: number) {
    const { width, height } = cameras[0];
    if (cameras.some((camera) => camera.width !== width || camera.height !== height)) {
      throw new Error("rays: cameras with pictures of one size expected.");
    }
    this.width = width;
    this.height = height;
    this.#cameras = gpu.buffer("cameras", cameras.length * 24 * 4);
    gpu.write(this.#cameras, Float32Array.from(cameras.flatMap((camera) => packed(cameraInSpace(camera, space)))));
  }

  /**
   * Records casting rays: for sample s = indices[first + n] the ray through pixel s mod (width · height) of camera s div
   * (width · height). What comes back is as `rays.wgsl` writes it, and this caster's own.
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
        width: this.width,
        height: this.height,
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
   * Records putting a chunk's rays in place: the inputs `position` and `direction`, and the target `edges`.
   *
   * @param indices Sample `indices[chunk.first + n]` is ray n.
   * @param draw Moves the edges at random where it is given.
   */
  fill(chunk: ChunkRequest, indices: DeviceBuffer, draw?: Draw): void {
    const { gpu, intervals } = this;
    const { first, samples, paddedSamples, paddedRows } = chunk;
    const rays = this.cast(indices, first, samples);
    const edges = chunk.targets.get("edges")!;
    const position = chunk.inputs.get("position")!;
    gpu.dispatch(
      gpu.kernel(edgesSource, { threefry: threefryText }),
      { rays, edges: edges.buffer },
      {
        count: samples,
        padded_rays: paddedSamples,
        intervals,
        stride: edges.stride,
        space: this.#kind,
        jitter: draw === undefined ? 0 : 1,
        place: first,
        key0: draw?.seed ?? 0,
        key1: streams.jitter,
        step: draw?.step ?? 0,
      },
      linearGroups(paddedSamples * edges.stride, 64),
    );
    gpu.dispatch(
      gpu.kernel(pointsSource),
      { rays, edges: edges.buffer, position: position.buffer, direction: chunk.inputs.get("direction")!.buffer },
      {
        count: samples,
        padded_rows: paddedRows,
        intervals,
        edge_stride: edges.stride,
        stride: position.stride,
        space: this.#kind,
        scale: this.space.inputScale,
      },
      linearGroups(paddedRows, 64),
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#cameras[Symbol.dispose]();
    this.#rays?.[Symbol.dispose]();
  }

  get #kind(): number {
    return RAY_SPACES.indexOf(this.space.kind);
  }
}

/** A camera as `rays.wgsl` reads it. */
function packed({ pose, focal, centre, distortion }: Camera): number[] {
  const { k1 = 0, k2 = 0, k3 = 0, p1 = 0, p2 = 0 } = distortion ?? {};
  return [...pose, ...focal, ...centre, k1, k2, k3, p1, p2, 0, 0, 0];
}
