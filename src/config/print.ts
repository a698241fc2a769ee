import { Document, isMap, isScalar, isSeq, type Scalar, stringify, type YAMLMap } from "yaml";
import { type Described, defaultOf, described, meaningOf, unwrapped } from "./described.ts";
import { type Config, schemaOf } from "./schema.ts";

/**
 * Prints the whole configuration as YAML: every key, with its meaning beside it. Optional keys that are unset appear as
 * comments, so that the text reads back as the same configuration.
 *
 * @param fitted  Paths of keys that training fits to its data; they become comments too. Default: none.
 */
export function printConfig(config: Config, fitted: ReadonlySet<string> = new Set()): string {
  const document = new Document(config);
  const schema = described(schemaOf({ task: config.task, model: config.model.kind }));
  if (isMap(document.contents)) annotate(document.contents, schema, { path: "", fitted });
  return document.toString({ lineWidth: 0 });
}

interface At {
  /** "training." */
  readonly path: string;
  readonly fitted: ReadonlySet<string>;
}

function annotate(map: YAMLMap, schema: Described, { path, fitted }: At): void {
  const { shape = {} } = unwrapped(schema);
  const values = new Map(map.items.map((item) => [String((item.key as Scalar).value), item]));
  let omitted: string[] = [];
  for (const [key, inner] of Object.entries(shape)) {
    const isFitted = fitted.has(path + key);
    if (isFitted) map.delete(key);
    const item = isFitted ? undefined : values.get(key);
    if (!item) {
      omitted.push(...commented(key, inner, isFitted ? "; left out, it follows from the corpus" : ""));
      continue;
    }
    if (omitted.length > 0) {
      (item.key as Scalar).commentBefore = omitted.join("\n");
      omitted = [];
    }
    const { value } = item;
    const meaning = meaningOf(inner);
    if (isMap(value) && isSection(inner)) annotate(value, inner, { path: `${path}${key}.`, fitted });
    else if (isMap(value) || isSeq(value)) value.flow = true;
    if (meaning && (isScalar(value) || isSeq(value) || (isMap(value) && value.flow)))
      value.comment = ` ${meaning}`;
  }
  if (omitted.length > 0) map.comment = omitted.join("\n");
}

/** Whether the keys inside have meanings of their own, so that each gets a line. */
const isSection = (schema: Described): boolean =>
  Object.values(unwrapped(schema).shape ?? {}).some((inner) => meaningOf(inner) !== undefined);

/** Lines of a comment for a key that is left out, each with the space after its #. */
function commented(key: string, schema: Described, note = "", indent = " "): string[] {
  const { shape } = unwrapped(schema);
  const meaning = meaningOf(schema);
  const value = defaultOf(schema);
  const shown = shape ? "" : ` ${value === undefined || note ? "…" : stringify(value).trimEnd()}`;
  const line = `${indent}${key}:${shown}${meaning ? ` # ${meaning}${note}` : ""}`;
  const inner = Object.entries(shape ?? {}).flatMap(([name, child]) =>
    commented(name, child, "", `${indent}  `),
  );
  return [line, ...inner];
}
