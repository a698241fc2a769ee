/** Small matrices into a graph and out of it, for recipes whose numbers a lecturer checks by hand. */
import { compile, type Engine, type HostTensor, openEngine, type Value } from "heed";
import type { NamedTensor } from "heed/inspect";
import { constant } from "heed/ops";
import type { Feed } from "heed/runtime";

const cpu = await openEngine("cpu");
/** One thread: with matrices as small as these, a second one mostly waits for the first. */
export const engine: Engine = {
  ...cpu,
  load: (model, options) => cpu.load(model, { ...options, threads: 1 }),
};

/** A matrix of fixed numbers. */
export const matrix = (rows: readonly (readonly number[])[]): Value =>
  constant("float32", [rows.length, rows[0]?.length ?? 0], rows.flat());

export interface ReadOptions {
  readonly feeds?: Readonly<Record<string, Feed>>;
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/** Computes values once: the numbers of each as rows, axes before the last in order. */
export async function read<Name extends string>(
  outputs: Readonly<Record<Name, Value>>,
  { feeds = {}, weights = new Map() }: ReadOptions = {},
): Promise<Record<Name, number[][]>> {
  const program = await compile({ engine, outputs, constants: weights });
  const results = await program(feeds);
  const named: [string, number[][]][] = [];
  for (const name of Object.keys(outputs) as Name[]) {
    const tensor = results[name];
    const numbers = Array.from(await tensor.read(), Number);
    named.push([name, inRows(numbers, tensor.shape.at(-1) ?? 1)]);
    tensor.dispose();
  }
  program.close();
  return Object.fromEntries(named) as Record<Name, number[][]>;
}

const inRows = (numbers: readonly number[], columns: number): number[][] =>
  Array.from({ length: numbers.length / columns }, (_, i) => numbers.slice(i * columns, (i + 1) * columns));

/** The rows of one head of a tap; of the only sequence where it has no heads. */
export function headOf(tap: NamedTensor | undefined, head = 0): number[][] {
  if (!tap) throw new Error("the tap was not read");
  const [rows, columns] = tap.axes.slice(-2).map(({ size }) => size) as [number, number];
  return inRows(Array.from(tap.data.subarray(head * rows * columns, (head + 1) * rows * columns)), columns);
}

/** The largest difference between two matrices of one shape. */
export const gap = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - (b[i]?.[j] ?? Number.NaN)))));
