/** A model in the worker, and what can be asked of it. */
import { openEngine } from "heed";
import type { DecodingInspector, Inspector } from "heed/inspect";
import { assembleModelFolder, assembleRun, type OpenedRun } from "heed/runs";
import type { Engine } from "heed/runtime";
import { classifyRequests } from "./classify.ts";
import { type ComparedRuns, comparedRuns, type RunTexts } from "./compare.ts";
import { type Folder, isModelFolder } from "./files.ts";
import { headRequests } from "./heads.ts";
import { languageRequests } from "./language.ts";
import { atSteps, closeSession, lookInto } from "./looking.ts";
import { type Measured, measuredIn } from "./measured.ts";
import { pairRequests } from "./pair.ts";
import { readingRequests } from "./reading.ts";
import { recurrentRequests } from "./recurrent.ts";
import { tracked } from "./running.ts";
import { type AskedWalk, hasSteps, type Walk, walk } from "./steps.ts";

/** What the page knows of an opened model. */
export interface Card {
  readonly name: string;
  readonly task: OpenedRun["task"];
  /** transformer, lstm, gru */
  readonly kind: string;
  /** Whether *Steps* has the equations of its layers. */
  readonly hasSteps: boolean;
  readonly parameters: number;
  readonly device: string;
  readonly warnings: readonly string[];
  /** The paths of all taps. */
  readonly paths: readonly string[];
  /** Layers and heads of each attention, by the place of its taps: `decoder.1.cross`. */
  readonly heads: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  readonly measured: Measured | undefined;
  /** Steps of training whose weights were kept, in order. */
  readonly checkpoints: readonly number[];
}

export interface Session {
  readonly run: OpenedRun;
  readonly engine: Engine;
  readonly look: Inspector;
  readonly decoder: DecodingInspector | undefined;
  readonly checkpoints: NonNullable<Folder["checkpoints"]>;
}

let engine: Promise<Engine> | undefined;
let session: Session | undefined;
const warnings: string[] = [];

const opened = (): Session => {
  if (!session) throw new Error("no model is open");
  return session;
};

const atStep = atSteps(opened);

export const requests = tracked({
  open: async (folder: Folder): Promise<Card> => {
    const next = await openSession(folder);
    closeSession(session);
    session = next;
    const { name, files } = folder;
    const { run, look, engine: device, checkpoints } = next;
    return {
      name,
      task: run.task,
      kind: run.config.model.kind,
      hasSteps: hasSteps(run.config.model),
      parameters: [...run.weights.values()].reduce((sum, { data }) => sum + data.length, 0),
      device: device.description,
      warnings,
      paths: look.paths,
      heads: headsOf(look),
      labels: run.task === "classify" ? run.labels : [],
      measured: measuredIn(files),
      checkpoints: checkpoints.map(({ step }) => step),
    };
  },
  ...readingRequests(opened, atStep),
  ...headRequests(atStep),
  ...languageRequests(opened),
  ...classifyRequests(opened),
  ...recurrentRequests(opened, openSession),
  ...pairRequests(openSession),
  /** Runs beside each other, by what they wrote down. */
  compare: (runs: readonly RunTexts[]): ComparedRuns => comparedRuns(runs),
  /** One attention with everything before and after it. */
  walk: (asked: AskedWalk): Promise<Walk> => walk(opened(), asked),
});
export type Requests = typeof requests;

/** Loading WASM takes as long as loading a model: it begins when the worker does. */
export const startEngine = (): Promise<Engine> =>
  (engine ??= openEngine("auto", { onWarning: (line) => void warnings.push(line) }));

/** Opens a model without closing the one that is open. */
export async function openSession({ name, files, checkpoints = [] }: Folder): Promise<Session> {
  const device = await startEngine();
  const weights = bytesOf(files, "model.safetensors");
  const others = {
    where: name,
    has: (path: string) => files.has(path),
    json: (path: string) => JSON.parse(textOf(files, path)) as unknown,
  };
  const run = isModelFolder({ files })
    ? assembleModelFolder(weights, others)
    : assembleRun(textOf(files, "config.yaml"), weights, others);
  return lookInto(run, device, checkpoints);
}

function headsOf({ paths, shapeOf }: Inspector): Record<string, number> {
  const weights = paths.filter((path) => path.endsWith(".weights"));
  return Object.fromEntries(
    weights.map((path) => [path.slice(0, -".weights".length), Number(shapeOf(path)[1])]),
  );
}

function bytesOf(files: Folder["files"], name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes) return bytes;
  throw new Error(`there is no ${name}: choose a folder that \`heed train\` wrote`);
}

const textOf = (files: Folder["files"], name: string): string =>
  new TextDecoder().decode(bytesOf(files, name));
