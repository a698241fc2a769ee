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
import { heedError } from "../errors.ts";
import { describedAt, issueError, type Kinds, schemaOf } from "./issue.ts";
import { type Config, configSchemas, families, type TaskName } from "./schema.ts";

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
  throw issueError(result.error.issues, where, kinds);
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

/** What one key cannot say of another: also what would be read and then have no effect. */
function refuseUnfit({ model }: Config, where: string): void {
  const refuse = (key: string, cause: string, remedy: string): never => {
    throw heedError("ERR_CONFIG", { where, cause: `"model.${key}": ${cause}`, remedy });
  };
  if (model.kind === "transformer") {
    const { dModel, heads, dKey, dValue, positions, without } = model;
    if (dKey === undefined && dModel % heads !== 0) {
      const fitting = divisors(dModel).join(", ");
      refuse(
        "heads",
        `${heads} heads do not divide dModel ${dModel}`,
        `choose from ${fitting}, or give dKey`,
      );
    }
    const turned = dKey ?? dModel / heads;
    if (positions === "rotary" && turned % 2 !== 0) {
      const cause = `"rotary" turns pairs of axes, and queries and keys have ${turned} per head`;
      refuse("positions", cause, "choose an even dKey, or other heads");
    }
    if (dValue !== undefined && without.includes("values"))
      refuse("dValue", "without values there is only the size of the keys", "leave dValue out");
    return;
  }
  if ("bidirectional" in model && model.bidirectional && model.hidden % 2 !== 0) {
    const remedy = "choose an even size, or bidirectional: false";
    refuse("hidden", `${model.hidden} cannot be shared by two directions`, remedy);
  }
  if ("inputFeeding" in model && model.inputFeeding && !LUONG.has(model.attention)) {
    const remedy = `choose attention ${[...LUONG].join(", ")}, or leave it out`;
    refuse("inputFeeding", `attention "${model.attention}" has none`, remedy);
  }
}

/** The attentions that a step's output can be fed from. */
const LUONG: ReadonlySet<string> = new Set(["dot", "scaled-dot", "general"]);

const divisors = (n: number): number[] =>
  Array.from({ length: Math.min(n, 64) }, (_, i) => i + 1).filter((size) => n % size === 0);

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

/** The whole configuration as YAML, every key with its meaning beside it. */
export function printConfig(config: Config): string {
  const document = new Document(config);
  const schema = schemaOf({ task: config.task, model: config.model.kind });
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
