/** A nonlinearity of one or two preactivations, as data. Made by `sine()`, `gaussian()` and their like. */
export interface Activation {
  /** As in the registry. */
  readonly name: string;
  /** Hyper-parameters, by their names. */
  readonly options: Readonly<Record<string, number>>;
  /** Names of the linear maps that feed it: one unnamed for all but Gabor. */
  readonly maps: readonly string[];
  /**
   * WGSL of `value`, `partial_m` and `partial_m_k` on `Preactivation` (an array of one vec4f a map); undefined for the
   * identity. It may include shared snippets, as in `{{include reduced_angle}}` (see `expandKernel`).
   */
  readonly text?: string;
  /** What the text reads as `u.p0` and `u.p1`: hyper-parameters are data, not specialisations. */
  readonly constants: readonly [number, number];
  /** Weights start uniform in ± this; biases in ±1/√fanIn. `first` layers read the field's inputs. */
  weightBound(fanIn: number, first: boolean): number;
}
