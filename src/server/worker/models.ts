/** The models of a worker: opened when first asked for, and closed when others need their memory. */
import { HeedError, heedError } from "../../errors.ts";
import { openRun } from "../../runs/open-run.node.ts";
import type { OpenedRun } from "../../runs/open-run.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { WorkerSetup } from "../protocol.ts";
import { type ServedTexts, servedTexts } from "./texts.ts";
import { type ServedTranslator, servedTranslator } from "./translator.ts";
import { type ServedWriter, servedWriter } from "./writer.ts";

export type ServedModel =
  | ({ readonly task: "translate" } & ServedTranslator)
  | ({ readonly task: "generate" } & ServedWriter)
  | ({ readonly task: "classify" } & ServedTexts);

/** A model's weights are in memory as they were read and again in each of its sessions; two are the rule. */
const COPIES = 3;

interface Entry {
  readonly model: Promise<ServedModel>;
  readonly bytes: number;
  /** Batches that are using it. */
  users: number;
  /** Of all uses, the number of the last one. */
  used: number;
}

export interface Models {
  /** Runs work with a model, which stays open meanwhile. @throws ERR_MODEL when it cannot be opened */
  readonly use: <T>(name: string, work: (model: ServedModel) => Promise<T>) => Promise<T>;
}

/** @param onChange  Told the names of the open models. */
export function servedModels(
  setup: WorkerSetup,
  engine: Engine,
  onChange: (names: readonly string[]) => void,
): Models {
  const directories = new Map(setup.models.map(({ name, directory }) => [name, directory]));
  const open = new Map<string, Entry>();
  let uses = 0;
  const tell = (): void => onChange([...open.keys()]);

  /** Closes models that nobody uses, the one used longest ago first, until there is room. */
  const makeRoom = (bytes: number): void => {
    const idle = [...open].filter(([, { users }]) => users === 0).sort(([, a], [, b]) => a.used - b.used);
    let taken = [...open.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [name, entry] of idle) {
      if (taken + bytes <= setup.memory) return;
      open.delete(name);
      taken -= entry.bytes;
      void entry.model.then((model) => model.close());
    }
  };
  const opened = (name: string): Entry => {
    const known = open.get(name);
    if (known) return known;
    const run = readRun(name, directories.get(name));
    const bytes = COPIES * [...run.weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    makeRoom(bytes);
    const model = Promise.resolve(servedModel(run, setup, engine));
    const entry: Entry = { model, bytes, users: 0, used: 0 };
    open.set(name, entry);
    tell();
    return entry;
  };
  return {
    use: async (name, work) => {
      const entry = opened(name);
      entry.users += 1;
      entry.used = uses++;
      try {
        return await work(await entry.model);
      } finally {
        entry.users -= 1;
        makeRoom(0);
        tell();
      }
    },
  };
}

/** Reads a run; what is wrong with it is for the log, and its path for nobody. */
function readRun(name: string, directory: string | undefined): OpenedRun {
  try {
    if (directory !== undefined) return openRun(directory);
  } catch (error) {
    if (!(error instanceof HeedError)) throw error;
    const cause = "it can no longer be read";
    throw heedError("ERR_MODEL", { where: `model ${name}`, cause }, error);
  }
  throw heedError("ERR_INTERNAL", { where: `model ${name}`, cause: "it is not served" });
}

function servedModel(run: OpenedRun, setup: WorkerSetup, engine: Engine): ServedModel {
  const { threads, quantize, maxBeam } = setup;
  if (run.task === "translate")
    return { task: run.task, ...servedTranslator({ engine, run, threads, quantize, maxBeam }) };
  if (run.task === "generate") return { task: run.task, ...servedWriter({ engine, run, threads }) };
  return { task: run.task, ...servedTexts({ engine, run, threads }) };
}
