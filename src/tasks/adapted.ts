import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import { build, type Layer } from "../nn/layer.ts";
import { isLora, withLora } from "../nn/lora.ts";
import type { Frozen } from "../training/weights.ts";

type Training = Pick<Config["training"], "freeze" | "lora">;

/** A model as it is trained: with changes of low rank, if asked for. @throws ERR_CONFIG for a pattern without a matrix */
export function adapted<F>(model: Layer<F>, { lora }: Training): Layer<F> {
  if (!lora) return model;
  for (const pattern of lora.on) {
    const { parameters } = build(withLora(model, { ...lora, on: [pattern] }));
    if ([...parameters.keys()].some(isLora)) continue;
    const matrices = [...parameters].filter(([, { spec }]) => spec.shape.length === 2).map(([path]) => path);
    const cause = `no matrix matches "${pattern}"`;
    const remedy = `matrices are ${matrices.slice(0, 6).join(", ")}, …`;
    throw heedError("ERR_CONFIG", { where: "training.lora.on", cause, remedy });
  }
  return withLora(model, lora);
}

/** What stays as it is: what patterns name, or all but the changes of low rank and what is trained beside them. */
export const frozen = ({ freeze, lora }: Training): Frozen =>
  lora ? { except: ["**.loraA", "**.loraB", ...lora.beside] } : freeze;
