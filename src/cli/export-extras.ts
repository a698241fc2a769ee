/** What `heed export` adds to the files of a model: its card, and programs that run plain graphs. */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { textFile } from "../formats/huggingface/folder-files.ts";
import type { ExportFormat } from "../runs/exported-run.ts";
import { modelCard } from "../runs/model-card.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { readRecordedRun } from "../runs/recorded-run.node.ts";
import type { Usage } from "../runs/usage.ts";
import { quoted } from "../text/quoted.ts";
import { flagOf } from "./command.ts";

export interface ExportExtras {
  readonly run: string;
  readonly to: string;
  readonly format: ExportFormat;
  readonly usage: Usage;
  readonly quantize: string | undefined;
  readonly attention: boolean;
  readonly name: string | undefined;
  readonly license: string | undefined;
  readonly licenseLink: string | undefined;
  readonly language: string | undefined;
}

/** README.md of the folder. */
export function exportCard(run: OpenedRun, options: ExportExtras): Uint8Array {
  const { format, usage, license, licenseLink, language } = options;
  const recorded = readRecordedRun(options.run);
  const parameters = Array.from(run.weights.values()).reduce((sum, { data }) => sum + data.length, 0);
  const card = modelCard({
    ...{ format, usage, license, licenseLink, parameters, config: run.config },
    name: options.name ?? basename(resolve(options.to)),
    recorded: recorded.steps > 0 ? recorded : undefined,
    command: commandOf(options),
    languages: language?.split(",").filter(Boolean) ?? [],
  });
  return textFile(card);
}

/** The command line with the options that change what is written. */
function commandOf(options: ExportExtras): string {
  const names = [
    "to",
    "format",
    "quantize",
    "attention",
    "name",
    "license",
    "licenseLink",
    "language",
  ] as const;
  const given = names.flatMap((name) => {
    const value = options[name];
    if (value === undefined || value === false) return [];
    return value === true ? [flagOf(name)] : [flagOf(name), quoted(value)];
  });
  return ["heed export", quoted(options.run), ...given].join(" ");
}

/** run.mjs and run.py, as they are in the package's examples. */
export const runners = (): [name: string, content: Uint8Array][] =>
  ["run.mjs", "run.py"].map((name) => [
    name,
    readFileSync(new URL(`../../examples/onnx/${name}`, import.meta.url)),
  ]);
