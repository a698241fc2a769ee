/** Reads config.json, which may be damaged or hostile: every value is checked before it sizes anything. */

import { heedError } from "../../../errors.ts";
import type { Activation } from "../../../nn/feed-forward.ts";

/** Typed access to the keys of a JSON object; every method throws ERR_MODEL naming file and key. */
export interface Fields {
  readonly where: string;
  readonly has: (key: string) => boolean;
  /** A whole number from `least` (default 1) to 2^20; `otherwise` where the key is absent or null. */
  readonly count: (key: string, otherwise?: number, least?: number) => number;
  /** A number of layers: from 1 to 1000. */
  readonly layers: (key: string, otherwise?: number) => number;
  readonly number: (key: string, otherwise?: number) => number;
  readonly flag: (key: string, otherwise: boolean) => boolean;
  readonly text: (key: string, otherwise?: string) => string;
  /** The id of a token: a whole number from 0, or undefined where the key is absent or null. */
  readonly id: (key: string) => number | undefined;
  readonly activation: (key: string, otherwise?: string) => Activation;
  /** A share of dropout: at least 0, below 1. */
  readonly share: (key: string, otherwise: number) => number;
  readonly raw: (key: string) => unknown;
  readonly refuse: (cause: string, remedy?: string) => never;
}

const MOST = 2 ** 20;
const MOST_LAYERS = 1000;

const activations = new Map<string, Activation>([
  ["relu", "relu"],
  ["gelu", "gelu"],
  ["gelu_python", "gelu"],
  ["gelu_new", "gelu-tanh"],
  ["gelu_pytorch_tanh", "gelu-tanh"],
  ["gelu_fast", "gelu-tanh"],
  ["relu2", "relu2"],
  ["silu", "silu"],
  ["swish", "silu"],
]);

/** The name to write for an activation. */
export const activationNames = {
  relu: "relu",
  relu2: "relu2",
  gelu: "gelu",
  "gelu-tanh": "gelu_new",
  silu: "silu",
} as const satisfies Record<Activation, string>;

/** @throws ERR_MODEL when `json` is not an object. */
export function fieldsOf(json: unknown, where: string): Fields {
  const refuse = (cause: string, remedy?: string): never => {
    throw heedError("ERR_MODEL", remedy === undefined ? { where, cause } : { where, cause, remedy });
  };
  if (typeof json !== "object" || json === null || Array.isArray(json)) return refuse("is not a JSON object");
  const record = json as Record<string, unknown>;
  const raw = (key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
  const has = (key: string): boolean => raw(key) !== undefined && raw(key) !== null;
  /** The value, if it passes; else the default, if the key is absent. */
  const read = <T>(
    key: string,
    otherwise: T | undefined,
    fits: (value: unknown) => boolean,
    what: string,
  ): T => {
    const value = raw(key);
    if (has(key)) return fits(value) ? (value as T) : refuse(`"${key}" is ${shown(value)}, not ${what}`);
    return otherwise === undefined ? refuse(`"${key}" is missing`) : otherwise;
  };
  const number = (key: string, otherwise?: number): number =>
    read(key, otherwise, Number.isFinite, "a number");
  const text = (key: string, otherwise?: string): string =>
    read(key, otherwise, (value) => typeof value === "string", "a text");
  const isWhole = (value: unknown, least: number, most = MOST): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  const whole = (key: string, otherwise: number | undefined, least: number, most: number): number =>
    read(key, otherwise, (value) => isWhole(value, least, most), `a whole number from ${least} to ${most}`);
  return {
    ...{ where, has, raw, refuse, number, text },
    count: (key, otherwise, least = 1) => whole(key, otherwise, least, MOST),
    layers: (key, otherwise) => whole(key, otherwise, 1, MOST_LAYERS),
    flag: (key, otherwise) => read(key, otherwise, (value) => typeof value === "boolean", "true or false"),
    id: (key) => {
      const value = raw(key);
      if (!has(key)) return undefined;
      return isWhole(value, 0)
        ? (value as number)
        : refuse(`"${key}" is ${shown(value)}, not the id of a token`);
    },
    activation: (key, otherwise) => {
      const name = text(key, otherwise);
      return (
        activations.get(name) ?? refuse(`"${key}" is ${shown(name)}, an activation that Heed does not have`)
      );
    },
    share: (key, otherwise) =>
      read(
        key,
        otherwise,
        (value) => Number.isFinite(value) && (value as number) >= 0 && (value as number) < 1,
        "at least 0 and below 1",
      ),
  };
}

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 60);
