import { z } from "zod";
import { familyOf, kindsFor, modelKinds } from "../../src/config/families/families.ts";
import type { ModelKind } from "../../src/config/families/kinds.ts";
import { fitTable, fittedPaths, timesWidth } from "../../src/config/fit-table.ts";
import { DEFAULT_KINDS, type Kinds, schemaOf, type TaskName, taskNames } from "../../src/config/schema.ts";
import { cell, fence, table } from "./markdown.ts";

/** What the page reads of a JSON schema. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

interface Key {
  readonly path: string;
  readonly type: string;
  readonly range: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every key of a configuration, from its schema: meaning and unit, default, range. */
export function configurationPage(): string {
  const tasks = new Map(taskNames.map((task) => [task, keysOf({ task, model: "transformer" })]));
  const shared = ["tokenizer", "training", "decoding"].map((name) => section(name, tasks));
  const imported = (["translate", "generate", "classify"] as const).flatMap((task) =>
    kindsFor(task)
      .filter((kind) => familyOf(kind).isImported)
      .map((kind) => [task, kind] as const),
  );
  return [
    "# Configuration",
    "A configuration is a YAML file; what it leaves out has a default. `heed train config.yaml --print-config` prints all of " +
      "it, `--set model.heads=8` overrides one key. An unknown key is refused, with what is near.",
    fence("yaml", "data:\n  train: { pairs: train.tsv }\n  valid: { pairs: valid.tsv }"),
    "## Task, model and seed",
    table(
      ["key", "meaning", "default", "values"],
      [
        [
          "`task`",
          "what the model learns; it decides which keys there are",
          `\`${DEFAULT_KINDS.task}\``,
          taskNames.map((name) => `\`${name}\``).join(", "),
        ],
        [
          "`model.kind`",
          "kind of network; likewise",
          `\`${DEFAULT_KINDS.model}\``,
          modelKinds.map((kind) => `\`${kind}\``).join(", "),
        ],
      ],
    ),
    keyTable((tasks.get("translate") ?? []).filter(({ path }) => path === "seed")),
    "## data",
    ...taskNames.flatMap((task) => [`### data, task: ${task}`, keyTable(under("data", tasks.get(task)))]),
    "## model",
    ...modelSections(),
    ...shared,
    "## Defaults that fit the data",
    "Where a configuration leaves these out, they follow from the number of words of the targets (or texts). `heed train` says " +
      "what it chose and why, and writes it into the run's `config.yaml`.",
    fittedTable(),
    "The warm-up is at most a tenth of the updates. With `training.minutes` (`--budget 10m`) there are as many passes as fit into " +
      "them; where a model would read fewer target tokens than it has parameters, it is that of a smaller corpus.",
    "## Models from elsewhere",
    "These kinds come from `heed import`, which writes their keys; a training that goes on from one keeps them.",
    ...imported.flatMap(([task, model]) => [
      `### ${model}, task: ${task}`,
      keyTable(under("model", keysOf({ task, model }))),
    ]),
    "",
  ].join("\n\n");
}

/** A section of every task; keys that only some tasks have say so. */
function section(name: string, tasks: ReadonlyMap<TaskName, readonly Key[]>): string {
  const keys = new Map<string, { key: Key; tasks: TaskName[] }>();
  for (const [task, all] of tasks) {
    for (const key of under(name, all)) {
      const id = `${key.path} ${key.default}`;
      keys.set(id, { key, tasks: [...(keys.get(id)?.tasks ?? []), task] });
    }
  }
  const rows = [...keys.values()].map(({ key, tasks: having }) =>
    having.length === tasks.size ? key : { ...key, meaning: `${key.meaning} (${having.join(", ")})` },
  );
  return `## ${name}\n\n${keyTable(rows.sort(byOrderOf(rows)))}`;
}

/** A key that one task has another default for stands beside its first occurrence. */
const byOrderOf = (rows: readonly Key[]): ((a: Key, b: Key) => number) => {
  const first = (key: Key): number => rows.findIndex(({ path }) => path === key.path);
  const order = new Map(rows.map((key) => [key, first(key)]));
  return (a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0);
};

function modelSections(): string[] {
  const families = [
    modelKinds.filter((kind) => kind === "transformer"),
    modelKinds.filter((kind) => kind !== "transformer"),
  ];
  return families.flatMap((kinds) => {
    const [model] = kinds as [ModelKind];
    const tasks = new Map(taskNames.map((task) => [task, keysOf({ task, model })]));
    return [section("model", tasks).replace("## model", `### model.kind: ${kinds.join(", ")}`)];
  });
}

function fittedTable(): string {
  const limits = fitTable.map(({ below }) =>
    below === Infinity ? "more" : `below ${below.toLocaleString("en")} words`,
  );
  const rows = fittedPaths.map((path) => [
    `\`${path}\``,
    ...fitTable.map(({ defaults }) =>
      path in timesWidth
        ? `${timesWidth[path as keyof typeof timesWidth]} × width`
        : `${defaults[path as keyof typeof defaults]}`,
    ),
  ]);
  return table(["key", ...limits], rows);
}

const under = (name: string, keys: readonly Key[] = []): Key[] =>
  keys.filter(({ path }) => path.startsWith(`${name}.`) && path !== "model.kind");

const keyTable = (keys: readonly Key[]): string =>
  table(
    ["key", "meaning", "default", "values"],
    keys.map((key) => [`\`${key.path}\``, cell(key.meaning), key.default, cell(key.range || key.type)]),
  );

function keysOf(kinds: Kinds): Key[] {
  return keysIn(z.toJSONSchema(schemaOf(kinds), { io: "input" }) as Schema, "");
}

function keysIn({ properties = {} }: Schema, prefix: string): Key[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const inner = keysIn(schema, `${path}.`);
    const hasMeaning = inner.some(({ meaning }) => meaning !== "");
    const own = hasMeaning && schema.description === undefined ? [] : [keyOf(path, schema)];
    return [...own, ...(hasMeaning ? inner : [])];
  });
}

const keyOf = (path: string, schema: Schema): Key => ({
  path,
  type: schema.properties ? "section" : schema.anyOf ? "one of these forms" : (schema.type ?? ""),
  range: rangeOf(schema),
  default: schema.default === undefined ? "" : `\`${JSON.stringify(schema.default).replaceAll('"', "")}\``,
  meaning: schema.description ?? "",
});

function rangeOf(schema: Schema): string {
  const { type, enum: choices, const: only, items } = schema;
  if (choices) return choices.map((choice) => `\`${choice}\``).join(", ");
  if (only !== undefined) return `\`${only}\``;
  if (type === "boolean") return "`true`, `false`";
  if (type === "array") return `list of ${items?.enum ? rangeOf(items) : "texts"}`;
  if (type === "string") return "text";
  if (type === "object" && schema.properties) {
    const names = Object.keys(schema.properties);
    return names.length === 1 ? `{ ${names[0]}: FILE }` : "section";
  }
  if (schema.anyOf?.every(({ properties }) => properties))
    return schema.anyOf
      .map(({ properties = {} }) => `{ ${Object.keys(properties).join(", ")} }`)
      .join(" or ");
  if (schema.anyOf) return schema.anyOf.map(rangeOf).join(" or ");
  const kind = type === "integer" ? "whole number" : "number";
  const limits = [
    limit("from", schema.minimum),
    limit("above", schema.exclusiveMinimum),
    limit("to", schema.maximum),
    limit("below", schema.exclusiveMaximum),
  ].filter((text) => text !== "");
  return [kind, ...limits].join(" ");
}

/** zod bounds whole numbers by what a double holds exactly, which says nothing. */
const limit = (word: string, value: number | undefined): string =>
  value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER
    ? ""
    : `${word} ${value.toLocaleString("en")}`;
