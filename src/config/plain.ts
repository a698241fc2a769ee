import type { TaskName } from "./families/family.ts";
import { type Plain, type PlainKeys, plainKeys } from "./plain-keys.ts";
import type { Config } from "./schema.ts";

type Part<C> = C extends { readonly task: infer Name; readonly model: infer Model }
  ? { readonly task: Name; readonly model: Model } & Whole<C>
  : never;
/** The longest text that a model of the task reads, and how it decodes. */
type Whole<C> = C extends { readonly task: "translate"; readonly decoding: infer Decoding }
  ? { readonly decoding: Decoding }
  : C extends { readonly task: "generate" }
    ? { readonly data: { readonly context: number } }
    : { readonly data: { readonly maxTokens: number } };

/** The keys of a configuration that running its model takes. `Config` has them, and more. */
export type ModelSettings = Part<Config>;

/** Beside the model, what is read of each task. */
const others = {
  translate: { section: "decoding", keys: { beam: "number", alpha: "number" } },
  generate: { section: "data", keys: { context: "number" } },
  classify: { section: "data", keys: { maxTokens: "number" } },
} as const satisfies Readonly<Record<TaskName, { readonly section: string; readonly keys: PlainKeys }>>;

/**
 * Reads what running a model takes from a configuration as a run keeps it: complete, a key and its value on each line. It
 * stands in for the YAML parser and the schemas, which are larger than everything else that a page loads to run a model.
 *
 * @returns undefined for any text that may be anything else; `parseConfig` reads it, or says what is wrong with it.
 */
export function readPlainConfig(text: string): ModelSettings | undefined {
  const sections = plainSections(text);
  const task = sections?.get("")?.get("task") as TaskName | undefined;
  const kind = sections?.get("model")?.get("kind");
  if (!sections || !task || !kind || !Object.hasOwn(plainKeys, task)) return undefined;
  const kinds: Readonly<Record<string, PlainKeys>> = plainKeys[task];
  const keys = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!keys || sections.get("tokenizer")?.get("kind") === "imported") return undefined;
  const model = valuesOf(sections.get("model"), { kind: { one: [kind] }, ...keys }, true);
  const { section, keys: further } = others[task];
  const other = valuesOf(sections.get(section), further, false);
  return model && other ? ({ task, model, [section]: other } as unknown as ModelSettings) : undefined;
}

/** Longest line, in characters. */
const LONGEST = 1000;

type Lines = ReadonlyMap<string, string>;

/** The values at the top and in the sections below it, as written; undefined where a line is anything but one of those. */
function plainSections(text: string): Map<string, Lines> | undefined {
  const sections = new Map<string, Map<string, string>>([["", new Map()]]);
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    if (line.length > LONGEST) return undefined;
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, indent, key = "", value = ""] =
      /^((?: {2})*)([a-z]\w*):(?: +([^#\s].*?))?(?: +#.*)?$/i.exec(line) ?? [];
    if (indent === undefined || !isWhole(value)) return undefined;
    if (indent === "" && value === "") {
      if (sections.has(key)) return undefined;
      section = key;
      sections.set(key, new Map());
    } else {
      // What stands deeper is a section of a section, none of which is read.
      if (indent.length > 2) continue;
      const values = sections.get(indent === "" ? "" : section);
      if (!values || values.has(key)) return undefined;
      values.set(key, value);
    }
  }
  return sections;
}

const closing: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"', "'": "'" };

/** Whether a value ends on its line. */
function isWhole(value: string): boolean {
  const close = closing[value.charAt(0)];
  return close === undefined ? !/^[|>&*!%@`?-]/.test(value) : value.length > 1 && value.endsWith(close);
}

/** The values of some keys. @param only  Whether there may be no others. */
function valuesOf(
  lines: Lines | undefined,
  keys: PlainKeys,
  only: boolean,
): Readonly<Record<string, unknown>> | undefined {
  if (!lines || (only && [...lines.keys()].some((key) => !Object.hasOwn(keys, key)))) return undefined;
  const values: Record<string, unknown> = {};
  for (const [key, plain] of Object.entries(keys)) {
    const text = lines.get(key);
    if (text === undefined && isOptional(plain)) continue;
    const value = text === undefined ? undefined : plainValue(text, plain);
    if (value === undefined) return undefined;
    values[key] = value;
  }
  return values;
}

const isOptional = (plain: Plain): boolean =>
  plain === "number?" ||
  plain === "boolean?" ||
  (typeof plain === "object" && "one" in plain && plain.isOptional === true);

function plainValue(text: string, plain: Plain): unknown {
  if (plain === "boolean" || plain === "boolean?")
    return text === "true" || (text === "false" ? false : undefined);
  if (plain === "number" || plain === "number?")
    return /^\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
  if ("one" in plain) return plain.one.includes(text) ? text : undefined;
  const words = /^\[(.*)\]$/
    .exec(text)?.[1]
    ?.split(",")
    .map((word) => word.trim());
  if (!words) return undefined;
  const given = words.length === 1 && words[0] === "" ? [] : words;
  return given.every((word) => plain.some.includes(word)) ? given : undefined;
}
