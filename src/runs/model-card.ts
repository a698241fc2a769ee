/** README.md of an exported folder: what the model is, what it was trained on, how well it does, how to use it. */
import { printConfig } from "../config/print.ts";
import type { Config } from "../config/schema.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { ExportFormat } from "./exported-run.ts";
import type { RecordedRun } from "./recorded-run.ts";
import type { Usage } from "./usage.ts";

export interface CardOptions {
  /** A name for the model. */
  readonly name: string;
  readonly config: Config;
  /** What the run recorded; undefined for a model that was imported. */
  readonly recorded?: Pick<RecordedRun, "state" | "steps" | "valid" | "kept"> | undefined;
  readonly parameters: number;
  readonly format: ExportFormat;
  readonly usage: Usage;
  /** The command that wrote the folder. */
  readonly command: string;
  /** An SPDX identifier, in lower case as on Hugging Face, or "other". */
  readonly license?: string | undefined;
  /** Where the text of the licence is. */
  readonly licenseLink?: string | undefined;
  /** Codes of languages, as BCP 47 has them. */
  readonly languages?: readonly string[];
}

/** Names of scores in Hugging Face's index, and the factor that makes them what is expected there. */
const metrics: Readonly<Record<string, readonly [type: string, name: string]>> = {
  bleu: ["bleu", "BLEU"],
  perplexity: ["perplexity", "perplexity"],
  accuracy: ["accuracy", "accuracy"],
  macroF1: ["f1", "macro-F1"],
};

/** The card, with YAML in front as Hugging Face's hub reads it. JSON's strings and lists are YAML. */
export function modelCard(options: CardOptions): string {
  const { name, config, recorded, usage, license, licenseLink, languages = [] } = options;
  const scores = Object.entries(recorded?.valid ?? {}).filter(([key]) => key in metrics);
  const line = (key: string, value: unknown): string[] =>
    value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`];
  const front = [
    ...line("license", license),
    ...line("license_link", licenseLink),
    ...line("language", languages.length > 0 ? languages : undefined),
    ...line("pipeline_tag", usage.pipeline),
    ...line(
      "library_name",
      options.format === "onnx" ? "onnx" : usage.python ? "transformers" : "transformers.js",
    ),
    ...line("tags", ["heed", "onnx", ...(options.format === "onnx" ? [] : ["transformers.js"])]),
    ...line("metrics", scores.length > 0 ? scores.map(([key]) => metrics[key]?.[0]) : undefined),
    ...(scores.length > 0 ? modelIndex(name, usage.pipeline, config, scores) : []),
  ];
  const { noun } = taskOf(config);
  const count = options.parameters.toLocaleString("en-US");
  const sections = [
    `# ${name}`,
    `${noun[0]?.toUpperCase()}${noun.slice(1)} of kind \`${config.model.kind}\` with ${count} parameters, exported by Heed.`,
    "## Use",
    ...usage.sections.flatMap(({ language, text, note }) => [...(note ? [note] : []), fence(language, text)]),
    "## Data",
    recorded ? dataOf(config) : "The model was imported; see its source for what it was trained on.",
    ...(scores.length > 0 ? ["## Scores", scoresOf(config, scores, recorded)] : []),
    "## Licence",
    license
      ? `${license}${licenseLink ? `: ${licenseLink}` : ""}`
      : "Not stated. `heed export --license` states one; the data has a licence of its own.",
    "## How it was made",
    fence("sh", options.command),
    ...(recorded
      ? ["The configuration of the run, for `heed train`:", fence("yaml", plainConfig(config))]
      : []),
  ];
  return `---\n${front.join("\n")}\n---\n\n${sections.join("\n\n")}\n`;
}

function modelIndex(
  name: string,
  pipeline: string,
  config: Config,
  scores: readonly (readonly [string, number])[],
): string[] {
  const results = scores.map(([key, value]) => ({ type: metrics[key]?.[0], name: metrics[key]?.[1], value }));
  const dataset = { type: "custom", name: fileOf(config.data.valid) };
  return [
    `model-index: ${JSON.stringify([{ name, results: [{ task: { type: pipeline }, dataset, metrics: results }] }])}`,
  ];
}

const dataOf = ({ data }: Config): string =>
  `Trained on ${fileOf(data.train)}, validated on ${fileOf(data.valid)}.`;

/** The files of a corpus, without the folders they were in. */
const fileOf = (corpus: object): string =>
  Object.values(corpus)
    .map((path) => String(path).split(/[\\/]/).at(-1))
    .join(" and ");

function scoresOf(
  config: Config,
  scores: readonly (readonly [string, number])[],
  recorded: CardOptions["recorded"],
): string {
  const known = taskOf(config).scores;
  const rows = scores.map(([key, value]) => {
    const score = known.find((each) => each.key === key);
    return `| ${metrics[key]?.[1]} | ${score ? score.show(value) : value} |`;
  });
  const { state, kept, steps = 0 } = recorded ?? {};
  const updates = `${steps.toLocaleString("en-US")} updates`;
  const model =
    state !== "finished"
      ? `the model after ${updates}, before its training had ended`
      : kept === "average"
        ? `the average of the last checkpoints of ${updates}`
        : `${kept ?? "the model"} of ${updates}`;
  return `On ${fileOf(config.data.valid)}, of ${model}:\n\n| score | value |\n| --- | --- |\n${rows.join("\n")}`;
}

/** The configuration without the meanings of its keys, which \`heed train --print-config\` prints. */
const plainConfig = (config: Config): string =>
  printConfig(config)
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/\s+# .*$/, ""))
    .join("\n")
    .trimEnd();

/** Text that may hold fences of its own stays inside this one. */
function fence(language: string, text: string): string {
  const marks = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${marks}${language}\n${text}\n${marks}`;
}
