import {
  Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Scalar,
  visit,
  YAMLMap,
} from "yaml";
import type { z } from "zod";
import { heedError } from "../errors.ts";
import { type Config, configSchemas, families, type TaskName } from "./config.ts";

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);
const MAX_NODES = 10_000;
const MAX_LENGTH = 50_000;

/**
 * Reads a configuration.
 *
 * @param text       YAML.
 * @param where      Names the file in errors.
 * @param overrides  `key.path=value` assignments that win over the file.
 * @throws ERR_CONFIG naming the key, what is wrong with it and what is allowed.
 */
export function parseConfig(text: string, where: string, overrides: readonly string[] = []): Config {
  const document = readYaml(text, where);
  for (const override of overrides) assign(document, override);
  const given: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  const kinds = kindsOf(given, where);
  const schema = configSchemas[kinds.task][families[kinds.model]];
  const result = schema.safeParse(isObject(given) ? withKind(given, kinds.model) : given);
  if (result.success) {
    refuseUnfit(result.data, where);
    return result.data;
  }
  const [issue] = result.error.issues;
  throw issue
    ? describe(issue, where, schema as unknown as Described)
    : heedError("ERR_CONFIG", { where, cause: "not a configuration" });
}

interface Kinds {
  readonly task: TaskName;
  readonly model: keyof typeof families;
}

/** What decides which keys there are. A translator and a Transformer unless it says otherwise. */
function kindsOf(given: unknown, where: string): Kinds {
  const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
  const task = at(given, "task") ?? "translate";
  const model = at(at(given, "model"), "kind") ?? "transformer";
  if (!isKeyOf(configSchemas, task)) refuseKind("task", task, Object.keys(configSchemas), where);
  if (!isKeyOf(families, model)) refuseKind("model.kind", model, Object.keys(families), where);
  return { task: task as TaskName, model: model as Kinds["model"] };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isKeyOf = (table: object, key: unknown): boolean =>
  typeof key === "string" && Object.hasOwn(table, key);

function refuseKind(key: string, value: unknown, known: readonly string[], where: string): never {
  const remedy = `choose ${known.join(", ")}`;
  throw heedError("ERR_CONFIG", { where, cause: `"${key}": there is no ${JSON.stringify(value)}`, remedy });
}

/** The model with its kind, also where the file leaves either out; what is no object is left to the schema. */
const withKind = (given: Record<string, unknown>, kind: string): unknown => {
  const { model = {} } = given;
  return isObject(model) ? { ...given, model: { kind, ...model } } : given;
};

/** What one key cannot say of another. */
function refuseUnfit({ model }: Config, where: string): void {
  const refuse = (key: string, cause: string): never => {
    throw heedError("ERR_CONFIG", { where, cause: `"model.${key}": ${cause}` });
  };
  if (model.kind === "transformer") {
    const { dModel, heads, dKey } = model;
    if (dKey === undefined && dModel % heads !== 0)
      refuse("heads", `${heads} heads do not divide dModel ${dModel}`);
  } else if ("bidirectional" in model && model.bidirectional && model.hidden % 2 !== 0) {
    refuse("hidden", `${model.hidden} cannot be shared by two directions`);
  }
}

/** YAML as a document that is safe to turn into values. `hasLines` says whether errors tell the line. @throws ERR_CONFIG */
export function readYaml(text: string, where: string, hasLines = true): Document.Parsed {
  if (text.length > MAX_LENGTH) {
    throw heedError("ERR_CONFIG", { where, cause: `more than ${MAX_LENGTH} characters` });
  }
  const document = parseDocument(text, { uniqueKeys: true, merge: false });
  const [error] = document.errors;
  if (error) {
    const line = hasLines ? error.linePos?.[0].line : undefined;
    const cause =
      error.code === "DUPLICATE_KEY" ? "a key occurs twice" : (error.message.split("\n")[0] ?? "not YAML");
    throw heedError("ERR_CONFIG", {
      where: line ? `${where}:${line}` : where,
      cause: cause.replace(/:$/, ""),
    });
  }
  refuseHostile(document, where);
  return document;
}

/** Aliases can grow without bound, and some keys reach into JavaScript's own objects: no configuration needs either. */
function refuseHostile(document: Document.Parsed, where: string): void {
  let nodes = 0;
  const refuse = (cause: string): never => {
    throw heedError("ERR_CONFIG", { where, cause });
  };
  visit(document, {
    Node: () => {
      nodes += 1;
      if (nodes > MAX_NODES) refuse(`more than ${MAX_NODES} values`);
    },
    Alias: (_, alias) => refuse(`alias *${alias.source} is not allowed`),
    Pair: (_, { key }) => {
      const name = isScalar(key) ? String(key.value) : "";
      if (FORBIDDEN.has(name)) refuse(`key "${name}" is not allowed`);
    },
  });
}

function assign(document: Document.Parsed, override: string): void {
  const at = override.indexOf("=");
  const path = override.slice(0, at).split(".");
  if (at <= 0 || path.some((key) => key === "" || FORBIDDEN.has(key))) {
    const remedy = "write --set key.path=value, e.g. --set training.epochs=3";
    throw heedError("ERR_CONFIG", { where: `--set ${override}`, cause: "not an assignment", remedy });
  }
  if (!isMap(document.contents)) document.contents = new YAMLMap() as never;
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (!isCollection(document.getIn(parent))) document.setIn(parent, new YAMLMap());
  }
  document.setIn(path, readYaml(override.slice(at + 1), `--set ${override}`, false).toJS());
}

function describe(issue: z.core.$ZodIssue, where: string, schema: Described): Error {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = keysAt(schema, issue.path);
    const near = nearest(key, known);
    return heedError("ERR_CONFIG", {
      where,
      cause: `unknown key "${path ? `${path}.` : ""}${key}"`,
      remedy: near ? `did you mean "${near}"?` : `known keys here: ${known.join(", ")}`,
    });
  }
  if (issue.code === "invalid_union") {
    const remedy = "give {source, target}, {pairs}, {jsonl} or {corpus: phrasebook}";
    return heedError("ERR_CONFIG", { where, cause: `"${path}" does not say where the data is`, remedy });
  }
  const description = describedAt(schema, issue.path);
  return heedError("ERR_CONFIG", {
    where,
    cause: `${path ? `"${path}": ` : ""}${issue.message.replace(/^./, (c) => c.toLowerCase())}`,
    ...(description ? { remedy: `${issue.path.at(-1)?.toString()} is: ${description}` } : {}),
  });
}

// The parts of a zod schema that messages and printing read; zod types them only per kind.
interface Described {
  readonly description?: string | undefined;
  readonly shape?: Readonly<Record<string, Described>>;
  readonly def?: { readonly innerType?: Described };
}

function unwrapped(schema: Described): Described {
  return schema.shape || !schema.def?.innerType ? schema : unwrapped(schema.def.innerType);
}

function schemaAt(schema: Described, path: readonly PropertyKey[]): Described | undefined {
  return path.reduce<Described | undefined>(
    (at, key) => (at ? unwrapped(at).shape?.[String(key)] : undefined),
    schema,
  );
}

function keysAt(schema: Described, path: readonly PropertyKey[]): string[] {
  const at = schemaAt(schema, path);
  return at ? Object.keys(unwrapped(at).shape ?? {}) : [];
}

function describedAt(schema: Described, path: readonly PropertyKey[]): string | undefined {
  let at = schemaAt(schema, path);
  while (at && !at.description) at = at.def?.innerType;
  return at?.description;
}

/** The known word that differs least, if it differs little. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const scored = known.map((other) => ({
    other,
    distance: editDistance(word.toLowerCase(), other.toLowerCase()),
  }));
  scored.sort((a, b) => a.distance - b.distance);
  const [best] = scored;
  return best && best.distance <= limit ? best.other : undefined;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The whole configuration as YAML, every key with its meaning beside it. */
export function printConfig(config: Config): string {
  const document = new Document(config);
  const schema = configSchemas[config.task][families[config.model.kind]] as unknown as Described;
  const annotate = (map: unknown, path: readonly string[]): void => {
    if (!isMap(map)) return;
    for (const { key, value } of map.items) {
      const at = [...path, String((key as Scalar).value)];
      const description = describedAt(schema, at);
      if ((isMap(value) && at[0] === "data" && at.length > 1) || isSeq(value)) value.flow = true;
      else annotate(value, at);
      if (description && (isScalar(value) || isSeq(value))) value.comment = ` ${description}`;
    }
  };
  annotate(document.contents, []);
  return document.toString({ lineWidth: 0 });
}
