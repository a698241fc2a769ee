/**
 * Claim: `import "heed"` takes 150 ms or less, and `heed --help` not much more than Node itself.
 *
 *   npm run build && npx tsx bench/start/import.ts [--rounds 15]
 *
 * The built package, a fresh process each time, in alternating rounds. Files are in the system's cache after the first.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, median, spread } from "../machine.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
const root = fileURLToPath(new URL("../..", import.meta.url));
if (!existsSync(`${root}/dist`)) throw new Error("first: npm run build");

const importing = (name: string): string[] => [
  "--input-type=module",
  "-e",
  `const start = performance.now(); await import("${name}"); console.log(performance.now() - start)`,
];
/** Times of a process that says its own, and of whole processes. */
const inside = ["heed", "heed/training", "heed/runs", "heed/runtime"];
const whole = { "node -e 0": ["-e", "0"], "heed --help": ["dist/cli/bin.cjs", "--help"] };

const times = new Map<string, number[]>();
const note = (name: string, ms: number): void => {
  times.set(name, [...(times.get(name) ?? []), ms]);
};
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const name of inside) {
    const ms = Number(run(importing(name)).stdout);
    if (round > 0) note(`import "${name}"`, ms);
  }
  for (const [name, args] of Object.entries(whole)) {
    const { ms } = run(args);
    if (round > 0) note(name, ms);
  }
}
console.log(`${machine()}; ${values.rounds} fresh processes each\n`);
console.log("| what | ms, median (middle half) | best |\n|---|---|---|");
for (const [name, all] of times) {
  console.log(
    `| \`${name}\` | ${median(all).toFixed(0)} (${spread(all)}) | ${Math.min(...all).toFixed(0)} |`,
  );
}

function run(args: readonly string[]): { ms: number; stdout: string } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return { ms: performance.now() - start, stdout };
}
