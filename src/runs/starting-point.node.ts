import { flatten } from "../config/flat.ts";
import type { GivenConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { initialise } from "../nn/initialise.ts";
import { build } from "../nn/layer.ts";
import { isLora } from "../nn/lora.ts";
import { adapted } from "../tasks/adapted.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { taskOf, tasks } from "../tasks/tasks.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { directoryFiles } from "./files.node.ts";
import { openRun } from "./open-run.node.ts";
import type { OpenedRun } from "./open-run.ts";

/** The run that another one begins with. */
export interface StartingPoint {
  readonly run: OpenedRun;
  readonly where: string;
}

/** The run that `training.from` names. @throws ERR_INPUT when it is none, ERR_CONFIG when it is of another task. */
export function startingPoint({ task, training }: Config): StartingPoint | undefined {
  const { from: where } = training;
  if (where === undefined) return undefined;
  const run = openRun(where);
  if (run.task === task) return { run, where };
  const cause = `"training.from": it is ${tasks[run.task].noun}, and the configuration is of ${tasks[task].noun}`;
  throw heedError("ERR_CONFIG", { where, cause, remedy: `set task: ${run.task}` });
}

/** What may differ from the model that a run begins with: it has no weights. */
const free = new Set(["model.dropout", "model.attentionDropout"]);

/**
 * A configuration with the model and the vocabulary of another one. Keys that the user set must agree.
 *
 * @throws ERR_CONFIG listing those that do not.
 */
export function withModelOf(requested: GivenConfig, base: Config, where: string): GivenConfig {
  const { config, given } = requested;
  const isNew = "newVocabulary" in config.training && config.training.newVocabulary !== undefined;
  const [mine, theirs] = [flatten(config), flatten(base)];
  const inherited = [...theirs.keys()].filter(
    (path) => path.startsWith("model.") || (path.startsWith("tokenizer.") && !isNew),
  );
  const differing = inherited.filter(
    (path) => given.has(path) && !free.has(path) && mine.get(path) !== theirs.get(path),
  );
  if (differing.length > 0) {
    const cause = `differs: ${differing.map((path) => `${path} is ${theirs.get(path)}, not ${mine.get(path)}`).join(", ")}`;
    throw heedError("ERR_CONFIG", { where, cause, remedy: "leave these keys out" });
  }
  const copy = structuredClone(config) as { model: object; tokenizer: object };
  const own = Object.fromEntries(
    Object.entries(config.model).filter(([key]) => free.has(`model.${key}`) && given.has(`model.${key}`)),
  );
  copy.model = { ...structuredClone(base.model), ...own };
  copy.tokenizer = isNew ? { ...copy.tokenizer, shared: false } : structuredClone(base.tokenizer);
  return { config: copy as unknown as Config, given: new Set([...given, ...inherited]) };
}

/** The vocabularies that training takes over: both, or the one of the other side than `training.newVocabulary`. */
export function startingFiles({ run, where }: StartingPoint, config: Config): RunFiles {
  const files = directoryFiles(where);
  const side = config.task === "translate" ? config.training.newVocabulary : undefined;
  if (side === undefined || run.task !== "translate") return files;
  const kept = side === "source" ? "target" : "source";
  const name = `tokenizer.${kept}.json`;
  const json = run.tokenizers[kept].toJSON();
  return {
    where,
    has: (asked) => asked === name,
    json: (asked) => (asked === name ? json : files.json(asked)),
  };
}

/**
 * The weights that training begins with. Those of the other run stand where name and shape agree; vectors of vocabulary
 * entries go with their pieces; what is left is random.
 *
 * @param files  The vocabularies and labels of the new run, by name.
 * @throws ERR_MODEL when other weights than those of new labels or new pieces are missing.
 */
export function startingWeights(
  { run, where }: StartingPoint,
  config: Config,
  files: Readonly<Record<string, unknown>>,
): { weights: ReadonlyMap<string, NamedTensor>; notes: readonly string[] } {
  const described = taskOf(config).describe(config, {
    where,
    has: (name) => name in files,
    json: (name) => files[name],
  }) as Omit<OpenedRun, "weights">;
  const { parameters } = build<unknown>(adapted<unknown>(described.model, config.training));
  const isRelabelled =
    "labels" in run && "labels" in described && `${run.labels}` !== `${(described as typeof run).labels}`;
  const weights = new Map<string, NamedTensor>();
  const notes: string[] = [];
  for (const [path, fresh] of initialise(parameters, config.seed)) {
    const tables = run.task === "translate" ? vocabularyTable(path, run, described as typeof run) : undefined;
    const theirs = run.weights.get(path);
    if (tables) {
      const kept = copyRows(fresh, tables);
      notes.push(`${path}: ${kept} of ${fresh.shape[0]} entries are known`);
      weights.set(path, fresh);
    } else if (isLora(path)) weights.set(path, fresh);
    else if (isRelabelled && path === "project") {
      notes.push("the labels are others: their weights are new");
      weights.set(path, fresh);
    } else if (theirs && `${theirs.shape}` === `${fresh.shape}`) weights.set(path, theirs);
    else {
      const found = theirs ? `is [${theirs.shape}] and should be [${fresh.shape}]` : "is missing";
      throw heedError("ERR_MODEL", { where, cause: `${path} ${found}` });
    }
  }
  return { weights, notes };
}

type Translator = Extract<OpenedRun, { readonly task: "translate" }>;

interface Tables {
  readonly rows: NamedTensor;
  readonly from: Tokenizer;
  readonly to: Tokenizer;
}

/** Weights with a vector for each entry of a vocabulary, where that vocabulary is another one than before. */
function vocabularyTable(
  path: string,
  { tokenizers, weights }: Translator,
  next: { readonly tokenizers: Tokenizers },
): Tables | undefined {
  const side = ({ "embed.weight": "target", "sourceEmbed.weight": "source", project: "target" } as const)[
    path
  ];
  if (side === undefined) return undefined;
  const [from, to] = [tokenizers[side], next.tokenizers[side]];
  // One table that was shared becomes two.
  const rows =
    weights.get(path) ?? (tokenizers.source === tokenizers.target ? weights.get("embed.weight") : undefined);
  const isSame = weights.has(path) && from.size === to.size && isSameVocabulary(from, to);
  return rows && !isSame ? { rows, from, to } : undefined;
}

function isSameVocabulary(a: Tokenizer, b: Tokenizer): boolean {
  for (let id = 0; id < a.size; id++) if (a.token(id) !== b.token(id)) return false;
  return true;
}

/** Copies the vectors of pieces that both vocabularies have; how many. */
function copyRows(fresh: NamedTensor, { rows, from, to }: Tables): number {
  const width = fresh.shape[1] as number;
  let kept = 0;
  for (let id = 0; id < to.size; id++) {
    const before = from.id(to.token(id));
    if (before === undefined) continue;
    (fresh.data as Float32Array).set(
      (rows.data as Float32Array).subarray(before * width, (before + 1) * width),
      id * width,
    );
    kept += 1;
  }
  return kept;
}
