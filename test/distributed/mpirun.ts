/** Starts jobs of several ranks with the launchers of this machine. */
import { execFileSync, spawn } from "node:child_process";
import { isAbsolute, join } from "node:path";

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

/**
 * A rank of MPICH 4.0 ended with a segmentation fault in one of some two hundred jobs, with twice as many ranks as cores. It was
 * not seen again, nor with Open MPI, and its cause is not known.
 */
export const RETRIES = 1;

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

/** Runs a job to its end; one that lasts longer than two minutes is killed and has no status. */
export function runJob({ launcher, ranks, script, env = {}, onOutput }: Job): Promise<Outcome> {
  const began = performance.now();
  const [file = "", ...rest] = script;
  const program = isAbsolute(file) ? [file] : ["--import", "tsx", join(import.meta.dirname, file)];
  const node = [process.execPath, ...program, ...rest];
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

/** The processes that still run a script of these tests with this mark among their arguments. */
export function orphans(mark: string): string[] {
  const listed = execFileSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" });
  return listed.split("\n").filter((line) => line.includes(mark) && !/^\s*\d+ Z/.test(line));
}
