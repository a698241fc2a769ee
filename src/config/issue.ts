import type { z } from "zod";
import { heedError } from "../errors.ts";
import { described, keysAt, meaningOf, schemaAt } from "./described.ts";
import { familyOf, modelKinds } from "./families/families.ts";
import { type Kinds, schemaOf, taskNames } from "./schema.ts";

/** Turns the issues of a schema into one error: the key, what is wrong with it, and what is allowed. */
export function issueError(issues: readonly z.core.$ZodIssue[], where: string, kinds: Kinds): Error {
  // An unknown key says more than the missing key it stands in for.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (!issue) return heedError("ERR_CONFIG", { where, cause: "not a configuration" });
  const schema = described(schemaOf(kinds));
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = keysAt(schema, issue.path);
    const near = nearest(key, known);
    return heedError("ERR_CONFIG", {
      where,
      cause: `unknown key "${path ? `${path}.` : ""}${key}"`,
      remedy:
        elsewhere(key, issue.path, kinds) ??
        (near ? `did you mean "${near}"?` : `known keys here: ${known.join(", ")}`),
    });
  }
  if (issue.code === "invalid_union" && issue.path[0] === "data") {
    const remedy = "give {source, target}, {pairs}, {jsonl} or {corpus: phrasebook}";
    return heedError("ERR_CONFIG", { where, cause: `"${path}" does not say where the data is`, remedy });
  }
  const description = meaningOf(schemaAt(schema, issue.path));
  const problem = issue.message
    .replace(/^./, (c) => c.toLowerCase())
    .replace(/^invalid input: (.*), received undefined$/, "missing ($1)");
  return heedError("ERR_CONFIG", {
    where,
    cause: `${path ? `"${path}": ` : ""}${problem}`,
    ...(description ? { remedy: `${issue.path.at(-1)?.toString()} is: ${description}` } : {}),
  });
}

/** The remedy for a key that is not misspelt but belongs to another model or task. */
function elsewhere(key: string, path: readonly PropertyKey[], { task, model }: Kinds): string | undefined {
  const has = (kinds: Kinds): boolean => keysAt(described(schemaOf(kinds)), path).includes(key);
  const models = modelKinds.filter((other) => has({ task, model: other }));
  if (models.length > 0) return `only model.kind ${models.join(" or ")} has it`;
  const { keys: inTask } = familyOf(model);
  const tasks = taskNames.filter((other) => inTask[other] && has({ task: other, model }));
  return tasks.length > 0 ? `only task ${tasks.join(" or ")} has it` : undefined;
}

/** The closest known word, if it is close enough. */
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

/** Levenshtein distance. */
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
