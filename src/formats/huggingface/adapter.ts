/** Changes of low rank, and weights trained beside them, as Python's peft reads them. */
import { isLookedUp } from "../../models/tables.ts";
import { encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { type Source, type SourceOf, transposed } from "./families/names.ts";
import { type Files, jsonFile } from "./folder-files.ts";

/** What was trained of a model whose other weights stayed as they were. */
export interface Adapter {
  /** `path.loraA` [r, in] and `path.loraB` [out, r] of each changed matrix, and the weights that were trained as a whole. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
  /** r. */
  readonly rank: number;
  /** α: a change is α / r · B A. */
  readonly alpha: number;
}

export interface AdapterOptions {
  /** Where the model's weights are in the folder. */
  readonly sourceOf: SourceOf;
  /** All tensors of the folder, by key. */
  readonly stored: ReadonlyMap<string, NamedTensor>;
  readonly task: "translate" | "generate" | "classify";
}

/** The names that peft has for tasks. It would add a head of its own to a classifier. */
const taskTypes = { translate: "SEQ_2_SEQ_LM", generate: "CAUSAL_LM", classify: null } as const;

/**
 * Adds the files of an adapter, if there is one, for `PeftModel.from_pretrained(base, "DIR/adapter")`, where the base is
 * the model as it was before. Adds none when a table was trained, which peft cannot express.
 */
export function addAdapter(
  files: Files,
  adapter: Adapter | undefined,
  { sourceOf, stored, task }: AdapterOptions,
): void {
  if (!adapter) return;
  const { weights, rank, alpha } = adapter;
  const changes: Change[] = [];
  const whole = new Set<string>();
  for (const [name, tensor] of weights) {
    const [, path = name, side] = /^(.*)\.lora([AB])$/.exec(name) ?? [];
    const source = sourceOf(path);
    if (!source || isLookedUp(path)) return;
    if (side === undefined) whole.add(moduleOf(source));
    else if (side === "A")
      changes.push({ source, down: tensor, up: weights.get(`${path}.loraB`) as NamedTensor });
  }
  const tensors = new Map<string, NamedTensor>();
  const ranks = new Map<string, number>();
  for (const module of new Set(changes.map(({ source }) => moduleOf(source)))) {
    const { down, up } = joined(changes.filter(({ source }) => moduleOf(source) === module));
    tensors.set(`base_model.model.${module}.lora_A.weight`, down);
    tensors.set(`base_model.model.${module}.lora_B.weight`, up);
    ranks.set(module, down.shape[0] as number);
  }
  for (const [key, tensor] of stored)
    if (whole.has(moduleIn(key))) tensors.set(`base_model.model.${key}`, tensor);
  const others = [...ranks].filter(([, own]) => own !== rank);
  const config = {
    peft_type: "LORA",
    task_type: taskTypes[task],
    base_model_name_or_path: null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    // The scale stays α / r.
    rank_pattern: Object.fromEntries(others),
    alpha_pattern: Object.fromEntries(others.map(([module, own]) => [module, (alpha * own) / rank])),
    target_modules: [...ranks.keys()],
    modules_to_save: whole.size > 0 ? [...whole] : null,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: changes.some(({ source }) => source.give === transposed || source.part !== undefined),
  };
  files.set("adapter/adapter_model.safetensors", encodeSafetensors(tensors));
  files.set("adapter/adapter_config.json", jsonFile(config));
}

interface Change {
  readonly source: Source;
  readonly down: NamedTensor;
  readonly up: NamedTensor;
}

/** The module of a tensor: its key without the last name. */
const moduleIn = (key: string): string => key.replace(/\.\w+$/, "");
const moduleOf = ({ keys: [key = ""] }: Source): string => moduleIn(key);

/**
 * The change of a stored matrix. Where several of Heed's are stored as one, each keeps its own rank of the whole:
 *
 *   A = [A1; A2],   B = [[B1, 0], [0, B2]]
 */
function joined(changes: readonly Change[]): { down: NamedTensor; up: NamedTensor } {
  const factors = changes.map(({ source: { factor = same, part = { n: 0, of: 1 } }, down, up }) => ({
    part,
    down: factor(down, 1),
    up: factor(up, 0),
  }));
  const [first] = factors as [(typeof factors)[number]];
  if (first.part.of === 1) return first;
  const [[r = 0, inner = 0], [out = 0]] = [first.down.shape, first.up.shape];
  const [rank, rows] = [r * factors.length, out * first.part.of];
  const down = new Float32Array(rank * inner);
  const up = new Float32Array(rows * rank);
  for (const [i, factor] of factors.entries()) {
    down.set(factor.down.data as Float32Array, i * r * inner);
    for (let row = 0; row < out; row++)
      for (let column = 0; column < r; column++)
        up[(factor.part.n * out + row) * rank + i * r + column] = factor.up.data[row * r + column] as number;
  }
  return {
    down: { dtype: "float32", shape: [rank, inner], data: down },
    up: { dtype: "float32", shape: [rows, rank], data: up },
  };
}

const same = (tensor: NamedTensor): NamedTensor => tensor;
