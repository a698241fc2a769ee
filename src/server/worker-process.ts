/** The process that computes, as the server sees it: a new one takes the place of one that ends. */
import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { extname, join } from "node:path";
import type { ErrorCode } from "../errors.ts";
import { Fault, refused, workerLost } from "./fault.ts";
import type { FromWorker, Kind, Results, TokenCounts, ToWorker, Work, WorkerSetup } from "./protocol.ts";

export interface Done {
  readonly results: Results[Kind];
  readonly tokens: TokenCounts;
}

/** A batch that is computed. */
export interface RunningWork {
  /** @throws `workerLost` when the process ends before it is done; a fault of status 400 or 500. */
  readonly done: Promise<Done>;
  /** Takes a text out of the batch before its next step. */
  readonly cancel: (index: number) => void;
}

export interface WorkerProcess {
  readonly isReady: boolean;
  readonly pid: number | undefined;
  readonly run: (model: string, work: Work, onText: (index: number, text: string) => void) => RunningWork;
  /** Ends a process that no longer answers; another takes its place. */
  readonly replace: () => void;
  readonly close: () => Promise<void>;
}

export interface WorkerEvents {
  readonly onReady: () => void;
  /** The process has ended without being asked to. */
  readonly onLost: () => void;
  /** Names of the models that are open. */
  readonly onOpen: (models: readonly string[]) => void;
  /** A line for the log. */
  readonly onFault: (code: ErrorCode | undefined, message: string) => void;
}

interface Waiting {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
  readonly onText: (index: number, text: string) => void;
}

/** A process that ends within this many milliseconds of its start is not replaced at once, but after a pause. */
const [YOUNG_MS, PAUSE_MS] = [1000, 1000];

export function startWorker(setup: WorkerSetup, streams: number, events: WorkerEvents): WorkerProcess {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let child: ChildProcess | undefined;
  let isReady = false;
  let isClosing = false;
  let restart: NodeJS.Timeout | undefined;

  const receive = (message: FromWorker): void => {
    if (message.kind === "ready") {
      isReady = true;
      events.onReady();
    } else if (message.kind === "open") events.onOpen(message.models);
    else {
      const { id } = message;
      const work = waiting.get(id);
      if (message.kind === "text") work?.onText(message.index, message.text);
      else {
        waiting.delete(id);
        if (message.kind === "done") work?.resolve(message);
        else {
          if (message.code !== "ERR_USAGE") events.onFault(message.code, message.message);
          work?.reject(faultOf(message.code, message.message));
        }
      }
    }
  };
  const start = (): void => {
    const began = Date.now();
    const file = join(import.meta.dirname, "worker", `main${extname(import.meta.filename)}`);
    // One thread of Node's pool for each batch, and some for files.
    const env = { ...process.env, UV_THREADPOOL_SIZE: String(streams + 2) };
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const started = fork(file, [JSON.stringify(setup)], {
      env,
      stdio: [...stdio],
      serialization: "advanced",
    });
    child = started;
    yieldToThisProcess(started.pid);
    started.on("message", receive);
    // A process that cannot be started says so here, and "exit" may not come.
    started.on("error", (error) => events.onFault(undefined, error.message));
    started.on("exit", () => {
      isReady = false;
      child = undefined;
      for (const { reject } of waiting.values()) reject(workerLost());
      waiting.clear();
      if (isClosing) return;
      events.onOpen([]);
      events.onLost();
      restart = setTimeout(start, Date.now() - began < YOUNG_MS ? PAUSE_MS : 0);
    });
  };
  start();

  const send = (message: ToWorker): void => {
    if (child?.connected) child.send(message);
  };
  return {
    get isReady() {
      return isReady;
    },
    get pid() {
      return child?.pid;
    },
    run: (model, work, onText) => {
      const id = next++;
      const done = new Promise<Done>((resolve, reject) => {
        if (!isReady) return reject(workerLost());
        waiting.set(id, { resolve, reject, onText });
        send({ kind: "work", id, model, work });
      });
      return { done, cancel: (index) => send({ kind: "cancel", id, index }) };
    },
    replace: () => child?.kill("SIGKILL"),
    close: async () => {
      isClosing = true;
      clearTimeout(restart);
      const ended = child && new Promise((resolve) => child?.once("exit", resolve));
      // What it still computes, nobody waits for.
      child?.kill("SIGKILL");
      await ended;
    },
  };
}

/** Whoever computes uses all cores: requests are to be answered, and the excess refused, in between. */
function yieldToThisProcess(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended, or the system does not allow it.
  }
}

/** What a client gets to know of a failure: what it asked for wrongly, without its own words. */
function faultOf(code: ErrorCode | undefined, message: string): Fault {
  if (code === "ERR_USAGE") return refused(message.replace(/".*"/gs, "the text"));
  return new Fault(500, code === "ERR_MODEL" ? "The model cannot be opened" : "The model failed");
}
