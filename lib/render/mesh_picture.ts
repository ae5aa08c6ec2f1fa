/**
 * Shaded pictures of meshes. They are drawn on the host and need neither a display nor a graphics pipeline.
 *
 * @module
 */
import { checkOptions } from "../hyperparameter/members.ts";
import { areaVector } from "../data/mesh/inspect.ts";
import type { Mesh } from "../codec/mesh/mesh.ts";
import type { Picture } from "../codec/image/picture.ts";
import { decodeSrgb, encodeSrgb } from "../codec/image/srgb.ts";

/**
 * Options of {@linkcode meshPicture}. The camera looks at the origin and sees the whole unit sphere, or, if more than a hundredth of the vertices leave it, the
 * whole cube [−1, 1]³ from farther away.
 */
export interface MeshPictureOptions {
  /** Width and height in pixels; 512 by default. */
  readonly size?: number;
  /** Degrees around the y axis, from the z axis towards the x axis; 30 by default. */
  readonly azimuth?: number;
  /** Degrees above the plane y = 0; 15 by default. */
  readonly elevation?: number;
  /** A mesh whose picture will be compared with this one: the camera is placed so that it sees both meshes. */
  readonly beside?: Mesh;
  /** `[vertices, 3]`: sRGB of the vertices, from 0 to 255, for a surface that is drawn in its own colours, without light. */
  readonly colours?: Uint8Array;
}

/** Each pixel is the mean of this number squared of samples. */
const OVERSAMPLING = 2;

/** Half of the camera's field of view, in radians. */
const HALF_VIEW = 0.26;

/** The share of vertices outside the unit sphere for which the camera does not move back. */
const SPECKS = 0.01;

/** There is a sharp edge between faces whose normals have a cosine below this. */
const CREASE = 0.6;

/** Linear colours of the outside of the surface, and of its inside, which is visible only through holes. */
const OUTSIDE = [0.62, 0.57, 0.5];
const INSIDE = [0.5, 0.09, 0.06];

/** The directions to the lights in the camera's frame (right, up, towards the viewer), and their strengths. */
const LIGHTS = [
  { direction: [-0.5, 0.8, 0.7], strength: 0.95 },
  { direction: [0.8, 0.1, 0.5], strength: 0.3 },
].map(({ direction, strength }) => {
  const norm = Math.hypot(...direction);
  return { direction: direction.map((value) => value / norm), strength };
});
const AMBIENT = 0.16;

/**
 * Draws a mesh on white, with y pointing up and light from the upper left of the camera. Faces whose back is visible, through holes or
 * because they are oriented wrongly, are dark red.
 *
 * @param mesh The mesh, which may be empty. Only what is within [−1, 1]³ is sure to be visible.
 * @returns An RGB picture; the same mesh gives the same picture.
 * @throws {RangeError} If the size is not an integer from 1 to 4096, or there are more or fewer colours than vertices.
 */
export function meshPicture(mesh: Mesh, options: MeshPictureOptions = {}): Picture {
  checkOptions("meshPicture", options, { size: true, azimuth: true, elevation: true, beside: true, colours: true });
  const { size = 512, azimuth = 30, elevation = 15, beside, colours } = options;
  if (!Number.isSafeInteger(size) || size < 1 || size > 4096) {
    throw new RangeError(`meshPicture: size must be a whole number from 1 to 4096, found ${size}.`);
  }
  if (colours !== undefined && colours.length !== mesh.positions.length) {
    throw new RangeError(
      `meshPicture: expected ${mesh.positions.length} numbers of colours, 3 a vertex, found ${colours.length}.`,
    );
  }
  const fine = size * OVERSAMPLING;
  const frame = new Frame(fine, cameraAxes(azimuth, elevation));
  const radius = Math.max(...[mesh, beside ?? mesh].map(viewRadius));
  const vertices = frame.project(mesh, radius);
  const normals = new CornerNormals(mesh, frame);
  const own = colours && Float32Array.from(colours, (value) => decodeSrgb(value / 255));
  for (let face = 0; face < mesh.indices.length / 3; face++) {
    frame.draw(face, { mesh, projected: vertices, normals, colours: own });
  }
  return shrink(frame.colours, size);
}

/** The camera's axes, right, up and towards the viewer, in the mesh's coordinates. */
function cameraAxes(azimuth: number, elevation: number): number[][] {
  const [a, e] = [azimuth, elevation].map((degrees) => degrees * Math.PI / 180);
  return [
    [Math.cos(a), 0, -Math.sin(a)],
    [-Math.sin(a) * Math.sin(e), Math.cos(e), -Math.cos(a) * Math.sin(e)],
    [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)],
  ];
}

/** The radius of the sphere that the camera must see: the unit sphere, or the one around the cube [−1, 1]³ if more than specks are there. */
function viewRadius({ positions }: Mesh): number {
  let outside = 0;
  for (let i = 0; i < positions.length; i += 3) {
    if (positions[i] ** 2 + positions[i + 1] ** 2 + positions[i + 2] ** 2 > 1 + 1e-6) outside++;
  }
  return outside > SPECKS * positions.length / 3 ? Math.sqrt(3) : 1;
}

/** Normals at the corners of faces, in the camera's frame: smooth, except at sharp edges. */
class CornerNormals {
  readonly #indices: Uint32Array;
  /** `[faces, 3]`: the area vectors of the faces. */
  readonly #normals: Float32Array;
  /** The faces at vertex i are `#around[#first[i]]` … `#around[#first[i + 1] − 1]`. */
  readonly #first: Uint32Array;
  readonly #around: Uint32Array;

  constructor(mesh: Mesh, frame: Frame) {
    const { positions, indices } = mesh;
    this.#indices = indices;
    this.#normals = new Float32Array(indices.length);
    this.#first = new Uint32Array(positions.length / 3 + 1);
    for (let i = 0; i < indices.length; i++) this.#first[indices[i] + 1]++;
    for (let i = 1; i < this.#first.length; i++) this.#first[i] += this.#first[i - 1];
    this.#around = new Uint32Array(indices.length);
    const next = this.#first.slice();
    for (let i = 0; i < indices.length; i++) {
      if (i % 3 === 0) this.#normals.set(frame.turn(...areaVector(mesh, i / 3)), i);
      this.#around[next[indices[i]]++] = Math.floor(i / 3);
    }
  }

  /** Unit normals at a face's three corners: the area-weighted mean over the faces there without a sharp edge to this face. */
  of(face: number): [number, number, number][] {
    const normals = this.#normals;
    const [x, y, z] = [normals[3 * face], normals[3 * face + 1], normals[3 * face + 2]];
    const size = Math.sqrt(x * x + y * y + z * z);
    return [0, 1, 2].map((k) => {
      const vertex = this.#indices[3 * face + k];
      let [sx, sy, sz] = [0, 0, 0];
      for (let i = this.#first[vertex]; i < this.#first[vertex + 1]; i++) {
        const other = 3 * this.#around[i];
        const [ox, oy, oz] = [normals[other], normals[other + 1], normals[other + 2]];
        if (x * ox + y * oy + z * oz < CREASE * size * Math.sqrt(ox * ox + oy * oy + oz * oz)) continue;
        sx += ox;
        sy += oy;
        sz += oz;
      }
      return unit(sx, sy, sz);
    });
  }
}

function unit(x: number, y: number, z: number): [number, number, number] {
  const norm = Math.sqrt(x * x + y * y + z * z) || 1;
  return [x / norm, y / norm, z / norm];
}

/** What is drawn. */
interface Drawn {
  readonly mesh: Mesh;
  /** The vertices as {@linkcode Frame.project} gives them. */
  readonly projected: Float32Array;
  readonly normals: CornerNormals;
  /** `[vertices, 3]`: linear colours of the outside; by default one colour in light. */
  readonly colours?: Float32Array;
}

/** A picture in the making, with the depth of each pixel. */
class Frame {
  /** `[size, size, 3]`, linear. */
  readonly colours: Float32Array;
  /** 1/distance of the surface that each pixel shows; 0 if it shows none. */
  readonly #depths: Float32Array;

  constructor(readonly size: number, readonly axes: number[][]) {
    this.colours = new Float32Array(size * size * 3).fill(1);
    this.#depths = new Float32Array(size * size);
  }

  /** Rotates a direction into the camera's frame. */
  turn(x: number, y: number, z: number): [number, number, number] {
    const [right, up, back] = this.axes;
    return [
      right[0] * x + right[1] * y + right[2] * z,
      up[0] * x + up[1] * y + up[2] * z,
      back[0] * x + back[1] * y + back[2] * z,
    ];
  }

  /** Pixel column, row and 1/distance of each vertex, for a camera that sees a sphere of this radius. */
  project({ positions }: Mesh, radius: number): Float32Array {
    const projected = new Float32Array(positions.length);
    const distance = 1.02 * radius / Math.sin(HALF_VIEW);
    const zoom = this.size / 2 / Math.tan(HALF_VIEW);
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y, z] = this.turn(positions[i], positions[i + 1], positions[i + 2]);
      // Vertices near or behind the camera are far outside the cube, so they need not be exact.
      const inverse = 1 / Math.max(0.1, distance - z);
      projected.set([this.size / 2 + zoom * x * inverse, this.size / 2 - zoom * y * inverse, inverse], i);
    }
    return projected;
  }

  /** Draws a face where it is nearest. 1/distance, and normals weighted by it, can be interpolated linearly on the screen. */
  draw(face: number, { mesh, projected, normals, colours }: Drawn): void {
    const corners = [0, 1, 2].map((k) => 3 * mesh.indices[3 * face + k]);
    const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = corners.map((at) => projected.subarray(at, at + 3));
    const twice = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (twice === 0) return;
    const [na, nb, nc] = normals.of(face);
    const { size } = this;
    const [left, right] = [Math.min(ax, bx, cx), Math.max(ax, bx, cx)];
    const [top, bottom] = [Math.min(ay, by, cy), Math.max(ay, by, cy)];
    // Rows are counted downward, so a face that shows its front has a negative area on the screen.
    const front = twice < 0;
    for (let row = Math.max(0, Math.ceil(top - 0.5)); row < Math.min(size, bottom + 0.5); row++) {
      for (let column = Math.max(0, Math.ceil(left - 0.5)); column < Math.min(size, right + 0.5); column++) {
        const px = column + 0.5;
        const py = row + 0.5;
        const a = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / twice;
        const b = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / twice;
        const c = 1 - a - b;
        if (a < 0 || b < 0 || c < 0) continue;
        const depth = a * az + b * bz + c * cz;
        const pixel = row * size + column;
        if (depth <= this.#depths[pixel]) continue;
        this.#depths[pixel] = depth;
        const wa = a * az;
        const wb = b * bz;
        const wc = c * cz;
        if (colours !== undefined && front) {
          const [i, j, k] = corners;
          for (let channel = 0; channel < 3; channel++) {
            const sum = wa * colours[i + channel] + wb * colours[j + channel] + wc * colours[k + channel];
            this.colours[3 * pixel + channel] = sum / depth;
          }
          continue;
        }
        const normal = unit(
          wa * na[0] + wb * nb[0] + wc * nc[0],
          wa * na[1] + wb * nb[1] + wc * nc[1],
          wa * na[2] + wb * nb[2] + wc * nc[2],
        );
        this.#shade(pixel, normal, front);
      }
    }
  }

  #shade(pixel: number, normal: readonly number[], front: boolean): void {
    const side = front ? 1 : -1;
    let light = AMBIENT;
    for (const { direction: [x, y, z], strength } of LIGHTS) {
      light += strength * Math.max(0, side * (normal[0] * x + normal[1] * y + normal[2] * z));
    }
    const colour = front ? OUTSIDE : INSIDE;
    for (let channel = 0; channel < 3; channel++) this.colours[3 * pixel + channel] = colour[channel] * light;
  }
}

/** Averages blocks of pixels in linear light and encodes them as sRGB. */
function shrink(colours: Float32Array, size: number): Picture {
  const pixels = new Float32Array(size * size * 3).fill(1);
  const fine = size * OVERSAMPLING;
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < 3 * size; at++) {
      const column = Math.floor(at / 3);
      const channel = at % 3;
      let sum = 0;
      for (let i = 0; i < OVERSAMPLING; i++) {
        for (let j = 0; j < OVERSAMPLING; j++) {
          const pixel = (row * OVERSAMPLING + i) * fine + column * OVERSAMPLING + j;
          sum += Math.min(1, colours[3 * pixel + channel]);
        }
      }
      // Most of a picture is white.
      if (sum < OVERSAMPLING ** 2) pixels[row * 3 * size + at] = encodeSrgb(sum / OVERSAMPLING ** 2);
    }
  }
  return { width: size, height: size, channels: 3, pixels };
}
