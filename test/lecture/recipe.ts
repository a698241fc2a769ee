/** Runs a recipe of the lecture and gives what it prints. */
import { vi } from "vitest";

/** The lines that examples/lecture/`name`.ts prints, cells apart: columns stand at least three spaces from each other. */
export async function recipe(name: string): Promise<string[][]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await import(`../../examples/lecture/${name}.ts`);
  const printed = log.mock.calls.map(([line = ""]) => String(line));
  vi.restoreAllMocks();
  return printed.flatMap((text) => text.split("\n")).map((line) => line.trim().split(/ {3,}/));
}

/** The numbers after a row's first cell. */
export const numbersOf = (row: readonly string[] | undefined): number[] =>
  (row ?? []).slice(1).map((cell) => Number(cell.replaceAll(",", "").replace(" %", "")));

/** The row that begins with a cell. */
export const rowOf = (rows: readonly string[][], first: string): string[] => {
  const found = rows.find(([cell]) => cell === first);
  if (!found) throw new Error(`no row begins with "${first}": ${rows.map(([cell]) => cell).join(" | ")}`);
  return found;
};
