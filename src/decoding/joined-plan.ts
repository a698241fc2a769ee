import type { Constraint } from "./constraints.ts";
import type { DecodingPlan } from "./decoding-plan.ts";
import { beginVisibly } from "./visible.ts";

/** One plan for the sentences of a batch, each with its own. @param plans  At least one, in the order of the batch. */
export function joinedPlan(plans: readonly DecodingPlan[]): DecodingPlan {
  const [first] = plans as [DecodingPlan];
  if (plans.every((plan) => plan === first)) return first;
  const constraints = plans.map((plan) =>
    plan.constraints.length > 0 ? plan.constraints : [beginVisibly(plan.unseen)],
  );
  const each: Constraint = (scores, written) => {
    for (const constraint of constraints[written.sentence] ?? []) constraint(scores, written);
  };
  return {
    ...first,
    constraints: [each],
    limit: (length, sentence = 0) => (plans[sentence] ?? first).limit(length),
  };
}
