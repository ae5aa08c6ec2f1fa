import type { RandomKey } from "../gpu/random.ts";
import type { Layout } from "../linalg/layout.ts";
import { kroneckerLayout } from "../linalg/linear_maps.ts";
import type { Vector } from "../linalg/vector.ts";

/** What an optimizer can observe of the curvature on a step's own batch: for each kind what one observation consists of. */
export interface Observations {
  /** A product with the Hessian along an independent random direction v of entries ±1. */
  readonly hessianProbe: {
    /** Hv, with the parameters' layout. */
    readonly hvp: Vector;
    /** v, or the generator key that it was drawn with. Not every estimator needs it. */
    readonly probe?: Vector | RandomKey;
  };
  /** A sample of the Gauss-Newton matrix JᵀSJ with independent random signs w. */
  readonly gaussNewtonSample: {
    /** JᵀS^½w, with the parameters' layout. Its entrywise square has the Gauss-Newton matrix's diagonal as its mean. */
    readonly gaussNewtonSample: Vector;
  };
  /** The Kronecker factors of every linear map. */
  readonly kroneckerFactors: {
    /** G and A of every linear map, in the layout that `kroneckerLayout` makes. */
    readonly kroneckerFactors: Vector;
  };
}

/** The kinds of curvature that an optimizer can observe. */
export type ObservationKind = keyof Observations;

/** One observation: of any kind, or of the kinds given. */
export type Observation<Kind extends ObservationKind = ObservationKind> = Observations[Kind];

/** Observations of one kind that a step needs. */
export interface ObservationRequest {
  /** What is to be observed. */
  readonly kind: ObservationKind;
  /** How many independent observations are needed, at least 1. */
  readonly count: number;
}

/** The property of an observation that holds its vector. */
const VECTORS = {
  hessianProbe: "hvp",
  gaussNewtonSample: "gaussNewtonSample",
  kroneckerFactors: "kroneckerFactors",
} as const satisfies { readonly [Kind in ObservationKind]: keyof Observations[Kind] };

/** All kinds. */
export const observationKinds = Object.keys(VECTORS) as readonly ObservationKind[];

/** How many observations of a kind a step needs. */
export function countOf(requests: readonly ObservationRequest[], kind: ObservationKind): number {
  return requests.reduce((sum, request) => request.kind === kind ? sum + request.count : sum, 0);
}

/** Whether an observation is of a kind. */
export function isOfKind(kind: ObservationKind, observation: Observation): boolean {
  return VECTORS[kind] in observation;
}

/**
 * The vector of an observation of the given kind.
 *
 * @param optimizer Its name, for the error message.
 * @throws When the observation is of another kind.
 */
export function observedVector(optimizer: string, kind: ObservationKind, observation: Observation): Vector {
  const property = VECTORS[kind];
  const vector = (observation as Partial<Record<string, Vector>>)[property];
  if (vector !== undefined) return vector;
  const found = Object.keys(observation).join(", ") || "nothing";
  throw new Error(`${optimizer}: an observation with ${property} expected, ${found} found.`);
}

/** The layout that vectors of this kind of observation have, for parameters of the given layout. */
export function observedLayout(kind: ObservationKind, parameters: Layout): Layout {
  return kind === "kroneckerFactors" ? kroneckerLayout(parameters) : parameters;
}
