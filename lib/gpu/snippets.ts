import decaying_exp from "../../wgsl/gpu/snippet/decaying_exp.wgsl" with { type: "text" };
import dual_number from "../../wgsl/gpu/snippet/dual_number.wgsl" with { type: "text" };
import each_entry from "../../wgsl/gpu/snippet/each_entry.wgsl" with { type: "text" };
import each_preactivation from "../../wgsl/gpu/snippet/each_preactivation.wgsl" with { type: "text" };
import each_square_entry from "../../wgsl/gpu/snippet/each_square_entry.wgsl" with { type: "text" };
import halves from "../../wgsl/gpu/snippet/halves.wgsl" with { type: "text" };
import invocation_index from "../../wgsl/gpu/snippet/invocation_index.wgsl" with { type: "text" };
import lane_sum from "../../wgsl/gpu/snippet/lane_sum.wgsl" with { type: "text" };
import not_finite from "../../wgsl/gpu/snippet/not_finite.wgsl" with { type: "text" };
import permuted from "../../wgsl/gpu/snippet/permuted.wgsl" with { type: "text" };
import random_entries from "../../wgsl/gpu/snippet/random_entries.wgsl" with { type: "text" };
import real_number from "../../wgsl/gpu/snippet/real_number.wgsl" with { type: "text" };
import reduced_angle from "../../wgsl/gpu/snippet/reduced_angle.wgsl" with { type: "text" };
import sine from "../../wgsl/gpu/snippet/sine.wgsl" with { type: "text" };
import threefry from "../../wgsl/gpu/snippet/threefry.wgsl" with { type: "text" };

/**
 * The texts that every kernel can include by name, for example with `{{include threefry}}`. Each is a file in
 * `wgsl/gpu/snippet/`, which begins with what it defines and what it requires of the kernel.
 */
export const snippets: Readonly<Record<string, string>> = {
  decaying_exp,
  dual_number,
  each_entry,
  each_preactivation,
  each_square_entry,
  halves,
  invocation_index,
  lane_sum,
  not_finite,
  permuted,
  random_entries,
  real_number,
  reduced_angle,
  sine,
  threefry,
};
