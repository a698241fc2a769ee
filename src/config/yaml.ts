import {
  type CST,
  type Document,
  isCollection,
  isMap,
  isScalar,
  Parser,
  parseDocument,
  visit,
  YAMLMap,
} from "yaml";
import { heedError } from "../errors.ts";

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);
const MAX_NODES = 10_000;
const MAX_LENGTH = 50_000;
/** Most levels of values inside values; the composer calls itself at each. */
const MAX_DEPTH = 50;
/** Characters of a setting that a message repeats. */
const SHOWN = 100;

/** Reads YAML as a document that is safe to turn into values. With `hasLines`, errors name the line. @throws ERR_CONFIG */
export function readYaml(text: string, where: string, hasLines = true): Document.Parsed {
  if (text.length > MAX_LENGTH) {
    throw heedError("ERR_CONFIG", { where, cause: `more than ${MAX_LENGTH} characters` });
  }
  if (depthOf(text) > MAX_DEPTH)
    throw heedError("ERR_CONFIG", { where, cause: `more than ${MAX_DEPTH} levels of values inside values` });
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

/** How deep values stand inside values, from the tokens alone, which are read without recursion. */
function depthOf(text: string): number {
  let deepest = 0;
  const open: [CST.Token, number][] = Array.from(new Parser().parse(text), (token) => [token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    deepest = Math.max(deepest, depth);
    const items = "items" in token ? token.items : [];
    const inner = items.flatMap((item) => [item.key, item.value]);
    for (const child of token.type === "document" ? [token.value] : inner)
      if (child) open.push([child, depth + 1]);
  }
  return deepest;
}

/** Refuses aliases, which can expand without bound, and keys that are no words or reach into JavaScript's own objects. */
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
      if (isCollection(key)) refuse("a key is a list or a map, not a word");
      const name = isScalar(key) ? String(key.value) : "";
      if (FORBIDDEN.has(name)) refuse(`key "${name}" is not allowed`);
    },
  });
}

/** Sets `key.path=value`, as given to `--set`, in a document. @throws ERR_CONFIG */
export function assign(document: Document.Parsed, override: string): void {
  const equals = override.indexOf("=");
  const where = `--set ${override.length > SHOWN ? `${override.slice(0, SHOWN)}…` : override}`;
  const path = override.slice(0, equals).split(".");
  if (equals <= 0 || path.some((key) => key === "" || FORBIDDEN.has(key))) {
    const remedy = "write --set key.path=value, e.g. --set training.epochs=3";
    throw heedError("ERR_CONFIG", { where, cause: "not an assignment", remedy });
  }
  if (!isMap(document.contents)) document.contents = new YAMLMap() as never;
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (!isCollection(document.getIn(parent))) document.setIn(parent, new YAMLMap());
  }
  // A node, so that a later assignment finds the keys of a map.
  document.setIn(path, document.createNode(readYaml(override.slice(equals + 1), where, false).toJS()));
}
