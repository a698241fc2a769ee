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
/** In the sizes that were measured. Vocabulary, dropout, batches, passes, rate and warm-up follow from the corpus. */
const presets: Readonly<Record<(typeof presetNames)[number], Preset>> = {
  small: { model: { ...model, layers: 4, dModel: 128 }, training },
  base: { model: { ...model, layers: 3, dModel: 256 }, training },
};

/**
 * A configuration, as it was written, with the keys of its `preset` where it leaves them out.
 *
 * @throws ERR_CONFIG for a model that is no Transformer, and with `training.from`.
 */
export function withPreset(given: unknown, where: string): unknown {
  if (!isObject(given)) return given;
  const { preset: name, model = {}, training = {} } = given;
  // What is no preset or no map is reported with all the keys.
  const known = presetNames.find((each) => each === name);
  if (!known || !isObject(model) || !isObject(training)) return given;
  const refuse = (cause: string): never => {
    const remedy = "leave out one of the two";
    throw heedError("ERR_CONFIG", { where, cause: `"preset": ${cause}`, remedy });
  };
  if ((model.kind ?? "transformer") !== "transformer") refuse(`${known} is a Transformer, not ${model.kind}`);
  if (training.from !== undefined) refuse("training.from has its own model");
  const preset = presets[known];
  return { ...given, model: { ...preset.model, ...model }, training: { ...preset.training, ...training } };
}
