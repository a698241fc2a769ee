import { heedError } from "../errors.ts";
import { familyOf, kindsFor, modelKinds } from "./families/families.ts";
import { flatten, isObject } from "./flat.ts";
import { refuseUnfitGuidance } from "./guided-alignment.ts";
import { issueError } from "./issue.ts";
import { withPreset } from "./presets.ts";
import { type Config, DEFAULT_KINDS, type Kinds, schemaOf, taskNames } from "./schema.ts";
import { assign, readYaml } from "./yaml.ts";

/** A complete configuration, and the paths of the keys that were given, by the user or a preset, rather than left to their defaults. */
export interface GivenConfig {
  readonly config: Config;
  readonly given: ReadonlySet<string>;
}

/**
 * Reads a configuration.
 *
 * @param text       YAML.
 * @param where      Names the file in errors.
 * @param overrides  `key.path=value` assignments that win over the file.
 * @throws ERR_CONFIG naming the key, what is wrong with it and what is allowed.
 */
export const parseConfig = (text: string, where: string, overrides: readonly string[] = []): Config =>
  readConfig(text, where, overrides).config;

/** Like `parseConfig`, but also returns which keys were given. @throws ERR_CONFIG */
export function readConfig(text: string, where: string, overrides: readonly string[] = []): GivenConfig {
  const document = readYaml(text, where);
  for (const override of overrides) assign(document, override);
  const written: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  const kinds = kindsOf(written, where);
  const given = withPreset(written, kinds, where);
  const result = schemaOf(kinds).safeParse(isObject(given) ? withKind(given, kinds.model) : given);
  if (!result.success) throw issueError(result.error.issues, where, kinds);
  refuseUnfit(result.data, where);
  refuseUnfitGuidance(result.data, where);
  refuseVain(result.data, where);
  refuseTooLong(result.data, where);
  return { config: result.data, given: new Set(flatten(given as object).keys()) };
}

/** The task and the kind of model: they decide which keys exist. */
function kindsOf(given: unknown, where: string): Kinds {
  const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
  const task = at(given, "task") ?? DEFAULT_KINDS.task;
  const model = at(at(given, "model"), "kind") ?? DEFAULT_KINDS.model;
  const knownTask = known("task", task, taskNames, where);
  return { task: knownTask, model: known("model.kind", model, kindsFor(knownTask), where, modelKinds) };
}

function known<Name extends string>(
  key: string,
  value: unknown,
  names: readonly Name[],
  where: string,
  advised: readonly Name[] = names,
): Name {
  const name = names.find((candidate) => candidate === value);
  if (name !== undefined) return name;
  const remedy = `choose ${advised.join(", ")}`;
  throw heedError("ERR_CONFIG", { where, cause: `"${key}": there is no ${JSON.stringify(value)}`, remedy });
}

/** Fills in `model.kind`, and `model` itself, where left out. The schema reports a model that is not an object. */
const withKind = (given: Record<string, unknown>, kind: string): unknown => {
  const { model = {} } = given;
  return isObject(model) ? { ...given, model: { kind, ...model } } : given;
};

/** Refuses keys of `training` that would have no effect beside others. */
function refuseVain({ training, model, tokenizer }: Config, where: string): void {
  const { from, lora, freeze } = training;
  const refuse = (key: string, cause: string, remedy: string): never => {
    throw heedError("ERR_CONFIG", { where, cause: `"training.${key}" has no effect ${cause}`, remedy });
  };
  const isNewSide = "newVocabulary" in training && training.newVocabulary !== undefined;
  if (from === undefined && (lora || isNewSide)) {
    const remedy = "leave it out, or name the run to begin with";
    refuse(lora ? "lora" : "newVocabulary", 'without "training.from": every weight is new', remedy);
  }
  if (lora && freeze.length > 0)
    refuse("freeze", 'with "training.lora": all else stays as it is already', "leave it out");
  const isDry = model.dropout === 0 && !("attentionDropout" in model && model.attentionDropout);
  if (training.rDrop !== undefined && isDry)
    refuse("rDrop", "without dropout: both readings are the same", "raise model.dropout or leave it out");
  if ("smoothOver" in training && training.smoothOver && training.labelSmoothing === 0)
    refuse("smoothOver", 'without "training.labelSmoothing"', "set it, or leave smoothOver out");
  if (training.localSteps !== undefined && training.ema !== undefined)
    refuse(
      "ema",
      'with "training.localSteps": the ranks have other weights in between',
      "leave out one of the two",
    );
  if (training.localSteps !== undefined && training.onSpike === "rollback")
    refuse("onSpike", 'as rollback with "training.localSteps"', "choose stop or ignore");
  if (!("bpeDropout" in training) || training.bpeDropout === undefined) return;
  const target = "target" in tokenizer ? tokenizer.target : undefined;
  if (tokenizer.kind !== "bpe" && target?.kind !== "bpe")
    refuse("bpeDropout", `on tokens of kind ${tokenizer.kind}`, "set tokenizer.kind: bpe, or leave it out");
  if ("guidedAlignment" in training && training.guidedAlignment) {
    const cause = '"training.bpeDropout": the links of guidedAlignment are of pieces that stay the same';
    throw heedError("ERR_CONFIG", { where, cause, remedy: "leave out one of the two" });
  }
}

/** Refuses texts longer than the model's table of positions. @throws ERR_CONFIG */
export function refuseTooLong({ task, data, model }: Config, where: string): void {
  const most = "maxLength" in model ? model.maxLength : undefined;
  if (most === undefined || task === "translate") return;
  const [key, length] = "context" in data ? ["context", data.context] : ["maxTokens", data.maxTokens];
  if (length <= most) return;
  const cause = `"data.${key}": the model has positions for ${most} tokens, not ${length}`;
  throw heedError("ERR_CONFIG", { where, cause, remedy: `set at most ${most}` });
}

function refuseUnfit({ model }: Config, where: string): void {
  familyOf(model.kind).refuseUnfit(model, (key, cause, remedy) => {
    throw heedError("ERR_CONFIG", { where, cause: `"model.${key}": ${cause}`, remedy });
  });
}
