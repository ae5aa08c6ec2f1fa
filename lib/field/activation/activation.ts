/** An activation function of one or two preactivations, as data. Functions such as `sine()` and `gaussian()` create it. */
export interface Activation {
  /** The activation's name in the registry. */
  readonly name: string;
  /** Values of the hyper-parameters, by name. */
  readonly options: Readonly<Record<string, number>>;
  /** Names of the linear maps that compute its preactivations. Activations of one preactivation have one map, named "". */
  readonly maps: readonly string[];
  /**
   * WGSL functions `value`, `partial_m` and `partial_m_k` of a `Preactivation` (an array of one vec4f for each map): the
   * activation, its first and its second derivatives, which must be finite at 0, the padding's preactivation. It is undefined for the
   * identity. The text may include shared snippets, for example `{{include sine}}` (see `expandKernel`).
   */
  readonly text?: string;
  /**
   * WGSL functions `partial_m_k_l`, the third derivatives, for every m, k and l. They may use the functions of `text`. Only
   * Hessian-vector products of objectives that read derivatives by inputs (`eikonal`) need them; those are refused without it. The
   * identity has none.
   */
  readonly third?: string;
  /** The values that the text reads as `u.p0` and `u.p1`. They are uniforms, so that other values need no new kernels. */
  readonly constants: readonly [number, number];
  /**
   * The bound of the initial weights, which are uniform in ± this. Biases are uniform in ±1/√fanIn.
   *
   * @param fanIn The number of inputs of the layer.
   * @param first Whether the layer reads only the field's inputs, directly or through encodings.
   */
  weightBound(fanIn: number, first: boolean): number;
}
