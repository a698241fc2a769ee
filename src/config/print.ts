import { Document, isMap, isScalar, isSeq, type Scalar, stringify, type YAMLMap } from "yaml";
import { type Described, defaultOf, described, meaningOf, unwrapped } from "./described.ts";
import { type Config, schemaOf } from "./schema.ts";

/**
 * The whole configuration as YAML: every key there is, with its meaning beside it. Keys that may be left out and are
 * stand there as comments, so that the text reads back as the same configuration.
 *
 * @param fitted  Paths of keys whose defaults a training fits to its data: comments as well. Default: none.
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
  let leftOut: string[] = [];
  for (const [key, inner] of Object.entries(shape)) {
    const isFitted = fitted.has(path + key);
    if (isFitted) map.delete(key);
    const item = isFitted ? undefined : values.get(key);
    if (!item) {
      leftOut.push(...commented(key, inner, isFitted ? "; for large corpora, fitted to smaller ones" : ""));
      continue;
    }
    if (leftOut.length > 0) {
      (item.key as Scalar).commentBefore = leftOut.join("\n");
      leftOut = [];
    }
    const { value } = item;
    const meaning = meaningOf(inner);
    if (isMap(value) && isSection(inner)) annotate(value, inner, { path: `${path}${key}.`, fitted });
    else if (isMap(value) || isSeq(value)) value.flow = true;
    if (meaning && (isScalar(value) || isSeq(value) || (isMap(value) && value.flow)))
      value.comment = ` ${meaning}`;
  }
  if (leftOut.length > 0) map.comment = leftOut.join("\n");
}

/** Whether the keys inside have meanings of their own, so that each gets a line. */
const isSection = (schema: Described): boolean =>
  Object.values(unwrapped(schema).shape ?? {}).some((inner) => meaningOf(inner) !== undefined);

/** Lines of a comment for a key that is left out, each with the space after its #. */
function commented(key: string, schema: Described, note = "", indent = " "): string[] {
  const { shape } = unwrapped(schema);
  const meaning = meaningOf(schema);
  const value = defaultOf(schema);
  const shown = shape ? "" : ` ${value === undefined ? "…" : stringify(value).trimEnd()}`;
  const line = `${indent}${key}:${shown}${meaning ? ` # ${meaning}${note}` : ""}`;
  const inner = Object.entries(shape ?? {}).flatMap(([name, one]) => commented(name, one, "", `${indent}  `));
  return [line, ...inner];
}
