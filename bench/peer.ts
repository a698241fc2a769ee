import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program of bench/peers that waits for its turn, so that both sides can run in alternating rounds. */
export interface Peer {
  /** The version of the library it measures. */
  readonly version: string;
  /** Weights of its model, where it has one. */
  readonly parameters?: number;
  /** What else it says of itself before its first run. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Milliseconds of each of `times` runs. */
  readonly run: (times: number) => Promise<number[]>;
  /** Peak resident memory in MiB, when the library was loaded and now, where the script can tell. */
  readonly peak: () => Promise<[loaded: number, now: number]>;
  readonly close: () => void;
}

/** What a peer says when it cannot run here. */
export interface Failed {
  readonly failed: string;
}

/**
 * Starts a script of bench/peers, which reads its configuration as one line of JSON, answers with its version, and then
 * answers every line `run N` with N times. OMP_WAIT_POLICY=passive: otherwise PyTorch's idle threads spin while the
 * other side is measured.
 */
export async function openPeer(python: string, script: string, config: object): Promise<Peer> {
  const peer = await tryPeer(python, script, config);
  if ("failed" in peer) throw new Error(`${script}: ${peer.failed}`);
  return peer;
}

/** As `openPeer`, for what may not work everywhere, such as a compiler. */
export async function tryPeer(python: string, script: string, config: object): Promise<Peer | Failed> {
  const child = spawn(python, [`bench/peers/${script}`], {
    env: { OMP_WAIT_POLICY: "passive", ...process.env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended early`);
    return JSON.parse(value);
  };
  const answer = (await ask(JSON.stringify(config))) as Failed | { version: string; parameters?: number };
  if ("failed" in answer) return answer;
  return {
    ...answer,
    about: answer,
    run: async (times) => (await ask(`run ${times}`)) as number[],
    peak: async () => (await ask("peak")) as [number, number],
    close: () => {
      child.kill();
    },
  };
}
