/** Two network namespaces as two hosts, and jobs of one rank on each: Linux, root and Open MPI. */
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { launchers } from "./mpirun.ts";

const here = (name: string): string => join(import.meta.dirname, name);

const works = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Why there can be no two hosts; undefined where there can. */
export function absentHosts(): string | undefined {
  const launcher = launchers.find(({ name }) => name === "Open MPI");
  if (launcher?.absent) return launcher.absent;
  return works(here("two-hosts.sh"), "0", "true") ? undefined : "no network namespaces can be made here";
}

export interface Sent {
  /** Bytes that each host has sent, those of the launcher included. */
  readonly bytes: readonly number[];
  /** Median time of a sum. */
  readonly ms: number;
}

/** Sums so many numbers, so many times, over a link of `rate` ("200mbit"; "0" for an unshaped one). */
export async function overLink(
  rate: string,
  { numbers, times, wire = "float32" }: { numbers: number; times: number; wire?: string },
): Promise<Sent> {
  const network = ["btl_tcp_if_include", "oob_tcp_if_include"].flatMap((name) => [
    "--mca",
    name,
    "10.99.0.0/24",
  ]);
  // Open MPI's own way to write into the other's memory has the directions wait for each other.
  const plain = ["--mca", "btl", "tcp,self", "--mca", "btl_tcp_flags", "1"];
  const hosts = ["--host", "10.99.0.1,10.99.0.2", "-n", "2", "--bind-to", "none"];
  const rank = [process.execPath, "--import", "tsx", here("link.ts"), `${numbers}`, `${times}`, wire];
  const launch = [
    "mpirun.openmpi",
    "--mca",
    "plm_rsh_agent",
    "$AGENT",
    ...plain,
    ...network,
    ...hosts,
    ...rank,
  ];
  const command = ["sh", "-c", `exec ${launch.join(" ")}`];
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
  const { stdout } = await promisify(execFile)(here("two-hosts.sh"), [rate, ...command], {
    env,
    timeout: 120_000,
  });
  const [, ms] = /"result":([\d.]+)/.exec(stdout) ?? [];
  return {
    bytes: Array.from(stdout.matchAll(/^sent . (\d+)$/gm), ([, sent]) => Number(sent)),
    ms: Number(ms),
  };
}
