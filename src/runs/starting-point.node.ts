import { flatten } from "../config/flat.ts";
import { type GivenConfig, refuseTooLong } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { initialise } from "../nn/initialise.ts";
import { build } from "../nn/layer.ts";
import { isLora } from "../nn/lora.ts";
import { liesIn } from "../nn/match-taps.ts";
import { adapted } from "../tasks/adapted.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { taskOf, tasks } from "../tasks/tasks.ts";
import { keptTokenizerFile, tokenizerFiles } from "../tasks/tokenizers.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
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
  // Optional keys may be set here and not there.
  const own = [...mine.keys()].filter((path) => path.startsWith("model.") && !theirs.has(path));
  const differing = [...inherited, ...own].filter(
    (path) => given.has(path) && !free.has(path) && mine.get(path) !== theirs.get(path),
  );
  if (differing.length > 0) {
    const shown = (path: string): string =>
      `${path} is ${theirs.get(path) ?? "unset"}, not ${mine.get(path)}`;
    const cause = `differs: ${differing.map(shown).join(", ")}`;
    throw heedError("ERR_CONFIG", { where, cause, remedy: "leave these keys out" });
  }
  const copy = structuredClone(config) as { model: object; tokenizer: object };
  const kept = Object.fromEntries(
    Object.entries(config.model).filter(([key]) => free.has(`model.${key}`) && given.has(`model.${key}`)),
  );
  copy.model = { ...structuredClone(base.model), ...kept };
  copyLength(copy as never, base, given);
  copy.tokenizer = isNew ? { ...copy.tokenizer, shared: false } : structuredClone(base.tokenizer);
  refuseTooLong(copy as unknown as Config, where);
  return { config: copy as unknown as Config, given: new Set([...given, ...inherited]) };
}

/** Gives texts no more tokens than the model has positions for, where the user does not say how many. */
function copyLength(copy: Config, { model, data }: Config, given: ReadonlySet<string>): void {
  for (const key of ["context", "maxTokens"] as const) {
    const [own, theirs] = [copy.data, data] as unknown as Partial<Record<typeof key, number>>[];
    const [now, before] = [own?.[key], theirs?.[key]];
    if (own === undefined || now === undefined || before === undefined || given.has(`data.${key}`)) continue;
    if ("positions" in model && model.positions === "learned") own[key] = before;
    else if ("maxLength" in model && copy.task !== "translate")
      own[key] = Math.min(now, model.maxLength ?? now);
  }
}

/** The vocabularies that training takes over: both, or the one of the other side than `training.newVocabulary`. */
export function startingFiles({ run, where }: StartingPoint, config: Config): RunFiles {
  const side = config.task === "translate" ? config.training.newVocabulary : undefined;
  const both = run.task === "translate" ? run.tokenizers : { source: run.tokenizer, target: run.tokenizer };
  const kept = side === "source" ? "target" : "source";
  const files = side === undefined ? tokenizerFiles(both) : keptTokenizerFile(both, kept);
  return { where, has: (name) => Object.hasOwn(files, name), json: (name) => files[name] };
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
  // An encoder has no head at all.
  const isHead = (path: string): boolean =>
    !isLora(path) && (/^project(Bias)?$/.test(path) || !run.weights.has(path));
  if (isRelabelled) refuseUntrained([...parameters.keys()].filter(isHead), config, where);
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
    else if (isRelabelled && isHead(path)) {
      if (path === "project") notes.push("the labels are others: their weights are new");
      weights.set(path, fresh);
    } else if (theirs && `${theirs.shape}` === `${fresh.shape}`) weights.set(path, theirs);
    else {
      const found = theirs ? `is [${theirs.shape}] and should be [${fresh.shape}]` : "is missing";
      throw heedError("ERR_MODEL", { where, cause: `${path} ${found}` });
    }
  }
  return { weights, notes };
}

/** Refuses to leave the new weights of new labels random beside changes of low rank. */
function refuseUntrained(head: readonly string[], { training: { lora } }: Config, where: string): void {
  const untrained = head.filter((path) => lora && !lora.beside.some((pattern) => liesIn(path, pattern)));
  if (untrained.length === 0) return;
  const cause = '"training.lora": its labels are others, and their new weights would stay random';
  const remedy = `add to training.lora.beside ${untrained.join(", ")}`;
  throw heedError("ERR_CONFIG", { where, cause, remedy });
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
  const sides = {
    "embed.weight": "target",
    "sourceEmbed.weight": "source",
    project: "target",
    outputBias: "target",
  } as const;
  const side = sides[path as keyof typeof sides] as (typeof sides)[keyof typeof sides] | undefined;
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
  const [, width = 1] = fresh.shape;
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
