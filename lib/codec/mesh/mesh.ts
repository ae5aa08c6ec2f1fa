/** A triangle mesh. */
export interface Mesh {
  /** `[vertices, 3]` row-major: x, y, z. They have 64 bits if the mesh is so far from the origin or so small that 32 are not precise enough. */
  readonly positions: Float32Array | Float64Array;
  /** `[faces, 3]` row-major: the vertices of each triangle, counter-clockwise as seen from outside. */
  readonly indices: Uint32Array;
}

/** A mesh that was read from a file. */
export interface DecodedMesh extends Mesh {
  /** What was passed over because it does not change the surface: whole sentences that begin with the file's name. */
  readonly warnings: readonly string[];
}
