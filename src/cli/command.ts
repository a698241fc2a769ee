import type { Io } from "./io.ts";

export interface OptionSpec {
  /** "flag": a boolean that may also take a value. */
  readonly type: "string" | "number" | "boolean" | "list" | "flag";
  readonly default?: string | number | boolean;
  /** The placeholder of the value in the help: `--run DIR`. */
  readonly value?: string;
  readonly help: string;
  /** Smallest and largest number allowed. */
  readonly range?: readonly [number, number];
  /** Whether only whole numbers are allowed. Default false. */
  readonly whole?: boolean;
}

/** The flag of an option: `noRepeatNgram` becomes `--no-repeat-ngram`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

type ValueOf<O extends OptionSpec> = O["type"] extends "number"
  ? number
  : O["type"] extends "boolean"
    ? boolean
    : O["type"] extends "list"
      ? readonly string[]
      : O["type"] extends "flag"
        ? boolean | string
        : string;

type Values<A extends readonly string[], O extends Readonly<Record<string, OptionSpec>>> = {
  readonly [K in A[number] as K extends `${infer Name}...${"" | "?"}`
    ? Name
    : K]: K extends `${string}...${"" | "?"}` ? readonly string[] : string;
} & {
  readonly [K in keyof O]: O[K]["default"] extends string | number | boolean
    ? ValueOf<O[K]>
    : O[K]["type"] extends "boolean" | "list" | "flag"
      ? ValueOf<O[K]>
      : ValueOf<O[K]> | undefined;
};

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** Command lines to try, shown in the help. */
  readonly examples: readonly string[];
  /** Names; the last may end in "?" if it is optional, or in "..." if it takes all remaining words, "...?" if there may be none. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** It runs until a signal comes, which then is no reason to report one. Default false. */
  readonly isService?: boolean;
  /** It has work to save after a signal, however long that takes. Default false: it ends soon, whatever it computes. */
  readonly isSaving?: boolean;
  /** The exit status, if not 0. */
  readonly run: (values: never, io: Io) => Promise<number | undefined>;
}

/** Defines a command, one per file, and types the values of `run`. Heavy imports belong inside `run`. */
export function command<
  const A extends readonly string[],
  const O extends Readonly<Record<string, OptionSpec>>,
>(spec: {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly string[];
  readonly args: A;
  readonly options: O;
  readonly isService?: boolean;
  readonly isSaving?: boolean;
  readonly run: (values: Values<A, O>, io: Io) => Promise<number | undefined>;
}): Command {
  return spec;
}
