import { z } from "zod";
import { heedError } from "../errors.ts";
import { nearest } from "./issue.ts";
import { type GivenConfig, readConfig } from "./parse.ts";
import { readYaml } from "./yaml.ts";

/** One run of a sweep. */
export interface SweepCell {
  /** How it differs from the other cells, seed aside: `heads=4,norm=pre`, or a variant's name. */
  readonly group: string;
  readonly seed: number;
  /** Its directory below the sweep's: `heads=4,norm=pre/seed=1`. */
  readonly name: string;
  /** Its overrides, as `--set` takes them: `model.heads=4`. */
  readonly overrides: readonly string[];
}

const MOST_CELLS = 10_000;
const LONGEST_NAME = 200;

const WHOLE_PATH = "must be a number, a word, true or false; write the whole path: model.heads";
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: WHOLE_PATH });
const path = z.string().regex(/^[^.=\s]+(\.[^.=\s]+)*$/, "must be a path such as model.heads");
const sweepSchema = z.strictObject({
  seeds: z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    )
    .min(1),
  grid: z.record(path, z.array(scalar).min(1)).optional(),
  variants: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, "must consist of letters, digits and . _ + -"),
      z.record(path, z.union([scalar, z.array(scalar)], { error: WHOLE_PATH })).nullable(),
    )
    .optional(),
});
type Overrides = Readonly<Record<string, unknown>>;

/**
 * The cells of a sweep: every combination of the values in `grid` plus each of `variants`, once per seed. All cells of
 * the first seed come first, so that an unfinished sweep can already be compared.
 *
 * @param text   YAML with `seeds`, and `grid` or `variants` or both.
 * @param where  Names the file in errors.
 * @throws ERR_CONFIG
 */
export function parseSweep(text: string, where: string): SweepCell[] {
  const bad = (cause: string, remedy?: string): Error =>
    heedError("ERR_CONFIG", { where, cause, ...(remedy ? { remedy } : {}) });
  const result = sweepSchema.safeParse(readYaml(text, where).toJS({ maxAliasCount: 0 }) ?? {});
  if (!result.success) throw bad(...explain(result.error.issues));
  const { seeds, grid = {}, variants = {} } = result.data;
  const settings = [...Object.values(variants), grid].flatMap((each) => Object.keys(each ?? {}));
  if (settings.includes("seed")) throw bad('"seed" is set', "list the seeds under seeds: [1, 2, 3]");
  const size = Object.values(grid).reduce((product, values) => product * values.length, 1);
  if (size * seeds.length > MOST_CELLS)
    throw bad(`${size * seeds.length} cells exceed the limit of ${MOST_CELLS}`);
  const groups: (readonly [string, Overrides])[] = [];
  if (Object.keys(grid).length > 0 || Object.keys(variants).length === 0) {
    const names = shortNames(Object.keys(grid));
    for (const overrides of combinations(grid)) groups.push([nameOf(overrides, names), overrides]);
  }
  for (const [name, overrides] of Object.entries(variants)) groups.push([name, overrides ?? {}]);
  const cells = seeds.flatMap((seed) =>
    groups.map(([group, overrides]) => ({
      group,
      seed,
      name: group ? `${group}/seed=${seed}` : `seed=${seed}`,
      overrides: [...assignments(overrides), `seed=${seed}`],
    })),
  );
  // Names are compared without case, as some file systems do.
  const seen = new Set<string>();
  for (const { name, group } of cells) {
    if (group.length > LONGEST_NAME)
      throw bad(`the name ${group} is too long`, "use variants with short names");
    if (seen.has(name.toLowerCase())) throw bad(`two cells are named ${name}`);
    seen.add(name.toLowerCase());
  }
  return cells;
}

function explain(issues: readonly z.core.$ZodIssue[]): [cause: string, remedy?: string] {
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = Object.keys(sweepSchema.shape);
    const near = nearest(key, known);
    return [`unknown key "${key}"`, near ? `did you mean "${near}"?` : `known keys: ${known.join(", ")}`];
  }
  const at = issue?.path.join(".");
  const inner = issue?.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  const message = (inner ?? issue?.message ?? "not a sweep").replace(/^./, (c) => c.toLowerCase());
  return [
    `${at ? `"${at}": ` : ""}${message}`,
    "a sweep has seeds: [1, 2] and grid: { model.heads: [1, 4] }",
  ];
}

function combinations(grid: Readonly<Record<string, readonly unknown[]>>): Overrides[] {
  return Object.entries(grid).reduce<Overrides[]>(
    (cells, [key, values]) => cells.flatMap((cell) => values.map((value) => ({ ...cell, [key]: value }))),
    [{}],
  );
}

const assignments = (overrides: Overrides): string[] =>
  Object.entries(overrides).map(([key, value]) => `${key}=${JSON.stringify(value)}`);

const nameOf = (overrides: Overrides, names: ReadonlyMap<string, string>): string =>
  Object.entries(overrides)
    .map(([key, value]) => `${names.get(key)}=${String(value).replace(/[^A-Za-z0-9._+-]+/g, "_")}`)
    .join(",");

/** The last part of each path where that is unique, else the whole path: `model.heads` -> `heads`. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const last = (path: string): string => path.split(".").at(-1) ?? path;
  const isUnique = (path: string): boolean =>
    paths.filter((other) => last(other) === last(path)).length === 1;
  return new Map(paths.map((path) => [path, isUnique(path) ? last(path) : path]));
}

/** A cell with its complete configuration. */
export interface ConfiguredCell extends SweepCell, GivenConfig {}

/**
 * Configures every cell.
 *
 * @param text  The configuration that all cells share.
 * @param set   `--set` assignments for all cells; a cell's own take precedence.
 * @throws ERR_CONFIG naming the cells whose configuration is wrong, before anything is trained.
 */
export function configureCells(
  cells: readonly SweepCell[],
  { text, config, sweep, set }: { text: string; config: string; sweep: string; set: readonly string[] },
): ConfiguredCell[] {
  const faults: { group: string; error: Error }[] = [];
  const configured = cells.flatMap((cell) => {
    try {
      return [{ ...cell, ...readConfig(text, config, [...set, ...cell.overrides]) }];
    } catch (error) {
      faults.push({ group: cell.group, error: error as Error });
      return [];
    }
  });
  const [first] = faults;
  if (!first) return configured;
  // If every cell fails with the same message, what they share is wrong.
  const isShared =
    faults.length === cells.length && faults.every(({ error }) => error.message === first.error.message);
  if (isShared) throw first.error;
  const groups = [...new Set(faults.map(({ group }) => group))];
  const others = groups.slice(1, 4).join(" and ") + (groups.length > 4 ? " and others" : "");
  const cause = `${first.group || "every cell"} has an invalid configuration (${first.error.message})`;
  throw heedError("ERR_CONFIG", {
    where: sweep,
    cause,
    ...(others ? { remedy: `also invalid: ${others}` } : {}),
  });
}
