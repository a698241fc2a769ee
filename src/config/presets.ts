import { heedError } from "../errors.ts";
import { isObject } from "./flat.ts";

export const presetNames = ["small", "base"] as const;

interface Preset {
  readonly model: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

/** What translated best after equal time: docs/results.md, `bench/recipes`. */
const model = { heads: 4, norm: "pre", positions: "rotary", decoder: "ssru" } as const;
const training = { ema: 0.999, average: 0 } as const;
/** In the sizes that were measured. Schedule, vocabulary, dropout, batches, passes, rate and warm-up follow from the corpus. */
const presets: Readonly<Record<(typeof presetNames)[number], Preset>> = {
  small: { model: { ...model, layers: 4, dModel: 128 }, training },
  base: { model: { ...model, layers: 3, dModel: 256 }, training },
};

/**
 * A configuration, as it was written, with the keys of its `preset` in the place of that, where it leaves them out. A model to
 * begin with is itself, so beside `training.from` only the keys of training count; `training.localSteps` goes without averages.
 *
 * @throws ERR_CONFIG for a model that is no Transformer.
 */
export function withPreset(
  given: unknown,
  kinds: { readonly task: string; readonly model: string },
  where: string,
): unknown {
  if (!isObject(given) || kinds.task !== "translate") return given;
  const { preset: name, ...rest } = given;
  const { model = {}, training = {} } = rest;
  // What is no preset or no map is reported with all the keys.
  const known = presetNames.find((each) => each === name);
  if (!known || !isObject(model) || !isObject(training)) return given;
  if (kinds.model !== "transformer") {
    const cause = `"preset": ${known} is a Transformer, not ${kinds.model}`;
    throw heedError("ERR_CONFIG", { where, cause, remedy: "leave out one of the two" });
  }
  const preset = presets[known];
  return {
    ...rest,
    model: training.from === undefined ? { ...preset.model, ...model } : model,
    training: training.localSteps === undefined ? { ...preset.training, ...training } : training,
  };
}
