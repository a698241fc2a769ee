/** Starts jobs of several ranks with the launchers of this machine. */
import { execFileSync, spawn } from "node:child_process";
import { basename, isAbsolute, join } from "node:path";
import { build } from "esbuild";

export interface Launcher {
  readonly name: "Open MPI" | "MPICH";
  readonly command: string;
  readonly options: readonly string[];
}

/** More ranks than cores, and none bound to one. */
const known: readonly Launcher[] = [
  { name: "Open MPI", command: "mpirun.openmpi", options: ["--bind-to", "none", "--oversubscribe"] },
  { name: "MPICH", command: "mpirun.mpich", options: [] },
];

const runs = ({ command }: Launcher): boolean => {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore", env: environment() });
    return true;
  } catch {
    return false;
  }
};

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
}

/** The launchers of this machine; without any, one that says why its tests are skipped. */
export const launchers = known.map((launcher) => ({
  ...launcher,
  absent: runs(launcher) ? undefined : `${launcher.command} is not installed`,
}));

export const titleOf = ({ name, absent }: (typeof launchers)[number]): string =>
  `${name}${absent ? ` (skipped: ${absent})` : ""}`;

export interface Job {
  readonly launcher: Launcher;
  readonly ranks: number;
  /** A script below this folder or the path of a program, and its arguments. */
  readonly script: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what has been written so far. */
  readonly onOutput?: (output: string, errors: string) => void;
}

/** What the ranks printed as lines of JSON, in their order. Longer ones than a pipe takes at once may be mixed: see RESULTS. */
export const printed = <T>(output: string): (T & { readonly rank: number })[] =>
  output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as T & { readonly rank: number })
    .sort((a, b) => a.rank - b.rank);

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  readonly seconds: number;
}

const bundled = new Map<string, Promise<string>>();

/** A script below this folder as one file: ranks that each compile it take longer to begin than to work. */
async function bundle(script: string): Promise<string> {
  // As deep in the repository as src/cli is, whose modules look for package.json.
  const outfile = join(import.meta.dirname, "../../.house/ranks", basename(script).replace(/ts$/, "js"));
  const entryPoints = [join(import.meta.dirname, script)];
  const format = { bundle: true, format: "esm", platform: "node", packages: "external" } as const;
  await build({ entryPoints, outfile, ...format, logLevel: "error" });
  return outfile;
}

/** The program to start for a script. */
function programOf(script: string): Promise<string> {
  const known = isAbsolute(script) ? Promise.resolve(script) : bundled.get(script);
  const program = known ?? bundle(script);
  bundled.set(script, program);
  return program;
}

/** Runs a job to its end; one that lasts longer than two minutes is killed and has no status. */
export async function runJob({ launcher, ranks, script, env = {}, onOutput }: Job): Promise<Outcome> {
  const [file = "", ...rest] = script;
  const node = [process.execPath, await programOf(file), ...rest];
  const began = performance.now();
  const child = spawn(launcher.command, [...launcher.options, "-n", `${ranks}`, ...node], {
    env: { ...environment(), ...env },
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => {
    output += chunk;
    onOutput?.(output, errors);
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
    onOutput?.(output, errors);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ status, output, errors, seconds: (performance.now() - began) / 1000 }),
    );
  });
}

/**
 * Processes of a job that are left, by what their arguments contain. A process that was killed takes a moment to give its memory
 * back, in which it is still listed: what is gone within five seconds is not left.
 */
export async function orphans(mark: string): Promise<string[]> {
  for (let tries = 50; ; tries--) {
    const listed = execFileSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" });
    const left = listed.split("\n").filter((line) => line.includes(mark) && !/^\s*\d+ Z/.test(line));
    if (left.length === 0 || tries === 0) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
