/** The models that are served: what they are called, what they do and which languages they know. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { hasAttention } from "../decoding/scorer.ts";
import { heedError } from "../errors.ts";
import type { Calibration } from "../evaluation/calibration.ts";
import { readCalibration } from "../runs/calibration-file.node.ts";
import { openRun } from "../runs/open-run.node.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { readSmallText } from "../runs/read-file.node.ts";

/** A model, as it is told to clients and needed to serve it. */
export interface CatalogModel {
  readonly name: string;
  readonly directory: string;
  readonly task: OpenedRun["task"];
  /** Of a translator: codes of ISO 639, such as "en". */
  readonly source?: string;
  readonly target?: string;
  /** Of a translator: hypotheses kept at each step unless a request says otherwise. */
  readonly beam?: number;
  /** Longest text in tokens. */
  readonly maxLength: number;
  /** Whether a translator can say where it looked. */
  readonly isAttentive?: boolean;
  /** Of a translator: how likely a translation is right, if the run says so. */
  readonly calibration?: Calibration;
  /** Of a classifier; none of an encoder, which only embeds. */
  readonly labels?: readonly string[];
}

/** What is served of each run: `RUN` or `RUN@SOURCE-TARGET`. */
const ARGUMENT = /^(?<directory>.*?)(?:@(?<languages>[^/@]*))?$/s;
const LANGUAGES = /^(?<source>[a-z]{2,3}(?:-[A-Z][a-z]{3})?)-(?<target>[a-z]{2,3}(?:-[A-Z][a-z]{3})?)$/;
/** What folders of models are often called: en-fr, opus-mt-en-fr. */
const NAMED = /(?:^|[-_.])([a-z]{2,3}-[a-z]{2,3})$/;

/**
 * Reads what is to be served, each run as a whole, so that a damaged one is refused before anything is.
 *
 * @throws ERR_USAGE for a translator whose languages are not known; as `openRun`.
 */
export function readCatalog(runs: readonly string[]): CatalogModel[] {
  const names = new Set<string>();
  return runs.map((argument) => {
    const { directory = "", languages } = ARGUMENT.exec(argument)?.groups ?? {};
    const run = openRun(directory);
    const name = freeName(basename(resolve(directory)), names);
    names.add(name);
    return { name, directory: resolve(directory), ...describe(run, directory, languages) };
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(name)) return name;
  }
}

function describe(
  run: OpenedRun,
  directory: string,
  languages: string | undefined,
): Omit<CatalogModel, "name" | "directory"> {
  if (run.task !== "translate" && languages !== undefined) {
    const cause = "only a translator has languages";
    throw heedError("ERR_USAGE", { where: directory, cause, remedy: `leave out @${languages}` });
  }
  if (run.task === "generate") return { task: run.task, maxLength: run.config.data.context };
  if (run.task === "classify")
    return { task: run.task, maxLength: run.config.data.maxTokens, labels: run.labels };
  const { decoding, model } = run.config;
  const calibration = readCalibration(directory);
  return {
    task: run.task,
    ...(calibration ? { calibration } : {}),
    ...languagesOf(run, directory, languages),
    beam: decoding.beam,
    maxLength: model.maxLength,
    isAttentive: hasAttention(run.model),
  };
}

type Languages = Required<Pick<CatalogModel, "source" | "target">>;

/** Languages as they were given, as the files say, or as the folder is called. */
function languagesOf(
  run: OpenedRun & { task: "translate" },
  directory: string,
  given: string | undefined,
): Languages {
  const said = given ?? saidIn(directory) ?? builtIn(run) ?? NAMED.exec(basename(resolve(directory)))?.[1];
  const { source, target } = LANGUAGES.exec(said ?? "")?.groups ?? {};
  if (source !== undefined && target !== undefined && source !== target) return { source, target };
  const cause =
    said === undefined
      ? "its languages are not known"
      : source === undefined
        ? `"${said}" is not a pair of language codes`
        : "its languages are the same";
  throw heedError("ERR_USAGE", { where: directory, cause, remedy: `write ${directory}@en-fr` });
}

/** What the settings of a tokenizer of Hugging Face's library say. */
function saidIn(directory: string): string | undefined {
  const file = join(directory, "tokenizer_config.json");
  if (!existsSync(file)) return undefined;
  try {
    const { source_lang: source, target_lang: target } = JSON.parse(readSmallText(file)) as {
      readonly source_lang?: unknown;
      readonly target_lang?: unknown;
    };
    return source && target ? `${source}-${target}` : undefined;
  } catch {
    return undefined;
  }
}

/** The built-in corpus is English and French. */
const builtIn = ({ config }: OpenedRun & { task: "translate" }): string | undefined =>
  "corpus" in config.data.train ? "en-fr" : undefined;
