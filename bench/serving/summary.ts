/** What a load had for answers, in numbers. */
import type { Answered } from "./load.ts";

export interface Summary {
  readonly answered: number;
  /** With 503. */
  readonly refused: number;
  readonly failed: number;
  /** Requests that were answered, a second, from the first to the last answer. */
  readonly goodput: number;
  /** Milliseconds; not a number where there are none. */
  readonly p50: number;
  readonly p99: number;
  readonly refusedP50: number;
  readonly refusedP99: number;
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};

export const medianOf = (values: readonly number[]): number => quantile(values, 0.5);

export function summary(answers: readonly Answered[]): Summary {
  const good = answers.filter(({ status }) => status === 200);
  const served = good.map(({ ms }) => ms);
  const excess = answers.filter(({ status }) => status === 503).map(({ ms }) => ms);
  return {
    answered: served.length,
    refused: excess.length,
    failed: answers.length - served.length - excess.length,
    goodput: (1000 * good.length) / good.reduce((last, { at }) => Math.max(last, at), 0),
    p50: quantile(served, 0.5),
    p99: quantile(served, 0.99),
    refusedP50: quantile(excess, 0.5),
    refusedP99: quantile(excess, 0.99),
  };
}

export const print = (name: string, found: Readonly<Record<string, number>>): void =>
  console.log(
    name.padEnd(28),
    Object.entries(found)
      .filter(([, value]) => Number.isFinite(value))
      .map(([key, value]) => `${key} ${Number(value.toFixed(2))}`)
      .join(" · "),
  );
