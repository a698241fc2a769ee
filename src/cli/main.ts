import { CommanderError, InvalidArgumentError, Option, Command as Program } from "commander";
import { heedError } from "../errors.ts";
import { escapeControls } from "../text/escape.ts";
import { type Command, flagOf, type OptionSpec } from "./command.ts";
import { type Io, Stopped } from "./io.ts";
import { report } from "./report.ts";
import { version } from "./version.ts";

/** Every command, loaded on demand. */
export const commands = {
  train: () => import("./commands/train.ts"),
  translate: () => import("./commands/translate.ts"),
  generate: () => import("./commands/generate.ts"),
  classify: () => import("./commands/classify.ts"),
  embed: () => import("./commands/embed.ts"),
  evaluate: () => import("./commands/evaluate.ts"),
  align: () => import("./commands/align.ts"),
  inspect: () => import("./commands/inspect.ts"),
  heads: () => import("./commands/heads.ts"),
  studio: () => import("./commands/studio.ts"),
  serve: () => import("./commands/serve.ts"),
  export: () => import("./commands/export.ts"),
  import: () => import("./commands/import.ts"),
  distill: () => import("./commands/distill.ts"),
  shortlist: () => import("./commands/shortlist.ts"),
  score: () => import("./commands/score.ts"),
  compare: () => import("./commands/compare.ts"),
  merge: () => import("./commands/merge.ts"),
  runs: () => import("./commands/runs.ts"),
  quickstart: () => import("./commands/quickstart.ts"),
} as const satisfies Record<string, () => Promise<{ default: Command }>>;

const INTRODUCTION = `Attention models in TypeScript: train them, look inside them, ship them.

First steps:
  heed quickstart                               train on a built-in corpus
  heed train config.yaml --run runs/mine        train on your own sentence pairs
  heed translate runs/mine < new.txt > out.txt  translate with the trained model
  heed export runs/mine --to models/mine        for transformers.js and Python

\`heed train --help\` shows a configuration. \`heed generate\` and \`heed classify\`
run language models and classifiers.`;

/**
 * Runs a command line on the streams of `io`. An error becomes one line on standard error and the exit status of its
 * code.
 *
 * @returns the exit status
 */
export async function runCommand(args: readonly string[], streams: Io): Promise<number> {
  const io = { ...streams, say: (line: string) => streams.say(withoutControls(line)) };
  try {
    refuseLong(args);
    return await dispatch(args, io);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const program = new Program("heed").description(INTRODUCTION).version(version);
  const [requested] = args;
  for (const [name, load] of Object.entries(commands)) {
    // Load only the requested command; the list of commands needs all summaries.
    const isNeeded = requested === name || requested === "help" || !Object.hasOwn(commands, requested ?? "");
    if (!isNeeded) continue;
    const { default: spec } = await load();
    program.addCommand(
      declare(spec, async (values) => {
        if (!spec.isService && !spec.isSaving) endSoon(io.signal);
        status = (await spec.run(values as never, io)) ?? 0;
        const { reason } = io.signal;
        if (reason instanceof Stopped && !spec.isService) status = reason.status;
      }),
    );
  }
  let help = "";
  const writeOut = (text: string): void => {
    help += text;
  };
  for (const each of [program, ...program.commands]) {
    each
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({ writeErr: () => undefined, writeOut });
  }
  if (args.length === 0) {
    await io.writeLine(program.helpInformation().trimEnd());
    return 0;
  }
  try {
    await program.parseAsync(parsedArgs(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await io.write(help);
      return 0;
    }
    const [cause = "", ...more] = error.message.replace(/^error: /, "").split("\n");
    const remedy = more.join(" ").replace(/^\(|\)$/g, "") || "see --help";
    const where = requested && Object.hasOwn(commands, requested) ? `heed ${requested}` : "heed";
    throw heedError(
      "ERR_USAGE",
      { where, cause: cause.replace(/\.$/, ""), remedy: lowerFirst(remedy) },
      error,
    );
  }
  return status;
}

/** How long a command that has nothing to save may go on after a signal. */
const GRACE_MS = 1500;

/** Ends the process soon after a signal. What is written is written in one step, so nothing is left half done. */
function endSoon(signal: AbortSignal): void {
  signal.addEventListener("abort", () => {
    const status = signal.reason instanceof Stopped ? signal.reason.status : 70;
    setTimeout(() => process.exit(status), GRACE_MS).unref();
  });
}

/** Most bytes of a command line: beyond some 30,000, ONNX Runtime, which reads it, ends the process. */
const LONGEST = 20_000;

/** @throws ERR_USAGE */
function refuseLong(args: readonly string[]): void {
  const bytes = args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0);
  if (bytes <= LONGEST) return;
  const cause = `a command line of ${bytes} bytes is longer than the ${LONGEST} that can be read`;
  throw heedError("ERR_USAGE", {
    where: "heed",
    cause,
    remedy: "shorten it, or give texts on standard input",
  });
}

/**
 * The arguments to parse. An unknown command keeps only its name, so that Commander refuses it and suggests a similar
 * one; with `--help` after it, Commander would print the general help.
 */
function parsedArgs(args: readonly string[]): string[] {
  const [first = "", second] = args;
  const isUnknown = (name: string): boolean => !name.startsWith("-") && !Object.hasOwn(commands, name);
  if (first === "help") return second !== undefined && isUnknown(second) ? [second] : [...args];
  return isUnknown(first) ? [first] : [...args];
}

const lowerFirst = (text: string): string => text.replace(/^./, (c) => c.toLowerCase());

function declare(spec: Command, run: (values: Record<string, unknown>) => Promise<void>): Program {
  const program = new Program(spec.name).summary(spec.summary).description(spec.description ?? spec.summary);
  for (const argument of spec.args) {
    program.argument(argument.endsWith("?") ? `[${argument.slice(0, -1)}]` : `<${argument}>`);
  }
  for (const [name, option] of Object.entries(spec.options)) program.addOption(declareOption(name, option));
  program.addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join("\n")}`);
  return program.action(async (...received: unknown[]) => {
    const options = received[spec.args.length] as Record<string, unknown>;
    const positional = spec.args.map((argument, i) => [argument.replace(/(\.{3})?\??$/, ""), received[i]]);
    await run({ ...leftOut(spec), ...Object.fromEntries(positional), ...options });
  });
}

/** The values of options that were not given, where the help has no default to show. */
function leftOut({ options }: Command): Record<string, unknown> {
  const values: Partial<Record<OptionSpec["type"], unknown>> = { boolean: false, flag: false, list: [] };
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, values[type]]));
}

function declareOption(name: string, { type, value, help, range, whole, ...spec }: OptionSpec): Option {
  const flag = flagOf(name);
  const shown = value ?? (type === "number" ? "N" : "TEXT");
  const form = { boolean: flag, flag: `${flag} [${shown}]` } as Record<string, string>;
  const option = new Option(form[type] ?? `${flag} <${shown}>`, help);
  // Commander would take `--no-x N` for the negation of `--x`.
  option.negate = false;
  if (type === "number") {
    option.argParser((text) => {
      const number = Number(text);
      const [low, high] = range ?? [-Infinity, Infinity];
      const isAllowed = whole ? Number.isInteger(number) : true;
      if (text.trim() === "" || !isAllowed || !(number >= low && number <= high)) {
        const kind = whole ? "a whole number" : "a number";
        throw new InvalidArgumentError(`${shown} must be ${kind}${range ? ` from ${low} to ${high}` : ""}.`);
      }
      return number;
    });
  }
  if (type === "list") option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
  if (spec.default !== undefined && spec.default !== false) option.default(spec.default);
  return option;
}

/** A line for a terminal; line feeds around it set it apart. */
const withoutControls = (line: string): string =>
  line.replace(
    /^(\n*)([\s\S]*?)(\n*)$/,
    (_, above, text, below) => `${above}${escapeControls(text)}${below}`,
  );
