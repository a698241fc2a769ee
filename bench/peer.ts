import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program of bench/peers that waits for its turn, so that both sides can run in alternating rounds. */
export interface Peer {
  /** The version of the library it measures. */
  readonly version: string;
  /** What else it says of itself before its first run. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Milliseconds of each of `times` runs. */
  readonly run: (times: number) => Promise<number[]>;
  readonly close: () => void;
}

/**
 * Starts a script of bench/peers, which reads its configuration as one line of JSON, answers with its version, and then
 * answers every line `run N` with N times. OMP_WAIT_POLICY=passive: otherwise PyTorch's idle threads spin.
 */
export async function openPeer(python: string, script: string, config: object): Promise<Peer> {
  const child = spawn(python, [`bench/peers/${script}`], {
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended early`);
    return JSON.parse(value);
  };
  const about = (await ask(JSON.stringify(config))) as { readonly version: string };
  return {
    version: about.version,
    about,
    run: async (times) => (await ask(`run ${times}`)) as number[],
    close: () => {
      child.kill();
    },
  };
}
