import { type Command, flagOf, type OptionSpec } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/main.ts";
import { cell, fence, table, withCode } from "./markdown.ts";

/** Every command of `heed`, with its arguments, options and examples, as `--help` has them. */
export async function commandsPage(): Promise<string> {
  const specs = await Promise.all(Object.values(commands).map(async (load) => (await load()).default));
  const overview = specs.map(({ name, summary }) => [`[\`heed ${name}\`](#heed-${name})`, cell(summary)]);
  return [
    "# Commands",
    "`heed COMMAND --help` prints what is here. Results go to standard output, progress and warnings to standard error. " +
      "What fails says why in one line and ends with an [exit status](errors.md).",
    table(["command", ""], overview),
    ...specs.map(section),
    "",
  ].join("\n\n");
}

function section({ name, summary, description, args, options, examples }: Command): string {
  const usage = ["heed", name, ...args.map(argument), "[options]"].join(" ");
  const rows = Object.entries(options).map(([key, option]) => [
    `\`${formOf(key, option)}\``,
    cell(option.help),
    defaultOf(option),
    rangeOf(option),
  ]);
  return [
    `## heed ${name}`,
    fence("text", usage),
    withCode(description ?? summary, { language: "text" }),
    table(["option", "meaning", "default", "range"], rows),
    fence("sh", examples.join("\n")),
  ].join("\n\n");
}

const argument = (name: string): string => {
  const word = name.replace(/\?$/, "").toUpperCase();
  return name.endsWith("?") ? `[${word}]` : word;
};

function formOf(name: string, { type, value }: OptionSpec): string {
  const shown = value ?? (type === "number" ? "N" : "TEXT");
  if (type === "boolean") return flagOf(name);
  return type === "flag" ? `${flagOf(name)} [${shown}]` : `${flagOf(name)} ${shown}`;
}

const defaultOf = ({ default: value }: OptionSpec): string =>
  value === undefined || value === false ? "" : `\`${value}\``;

function rangeOf({ type, range, whole }: OptionSpec): string {
  if (type !== "number") return type === "list" ? "may be repeated" : "";
  const kind = whole ? "whole number" : "number";
  if (!range) return kind;
  const [low, high] = range.map((limit) => limit.toLocaleString("en"));
  return `${kind}, ${low} to ${high === "∞" ? "any" : high}`;
}
