/** A surface of triangles. */
export interface Mesh {
  /** `[vertices, 3]` row-major: x, y, z; of 64 bits where 32 would not tell the vertices of a mesh far from 0 apart. */
  readonly positions: Float32Array | Float64Array;
  /** `[faces, 3]` row-major: the vertices of each triangle, counter-clockwise seen from outside. */
  readonly indices: Uint32Array;
}
