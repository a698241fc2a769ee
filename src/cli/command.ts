import type { Io } from "./io.ts";

export interface OptionSpec {
  /** "flag": a boolean that may also be given a value. */
  readonly type: "string" | "number" | "boolean" | "list" | "flag";
  readonly default?: string | number | boolean;
  /** What a value stands for in the help: `--run DIR`. */
  readonly value?: string;
  readonly help: string;
  /** Smallest and largest number allowed. */
  readonly range?: readonly [number, number];
  /** Numbers without a fraction only: a count, a seed. Default false. */
  readonly whole?: boolean;
}

/** How the command line writes the name of an option: `noRepeatNgram` is `--no-repeat-ngram`. */
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
  readonly [K in A[number] as K extends `${infer Name}...` ? Name : K]: K extends `${string}...`
    ? readonly string[]
    : string;
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
  /** Lines to try, shown in the help. */
  readonly examples: readonly string[];
  /** Names; the last may end in "?" when it can be left out, in "..." when it takes all that is left. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The exit status, if not 0. */
  readonly run: (values: never, io: Io) => Promise<number | undefined>;
}

/** A command is one file: this gives `run` its types; heavy imports belong inside `run`. */
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
  readonly run: (values: Values<A, O>, io: Io) => Promise<number | undefined>;
}): Command {
  return spec;
}
