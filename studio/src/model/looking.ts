/** Models that can be looked into: the opened one, and what it was at steps of its training. */
import { decodeSafetensors } from "heed/formats";
import { openDecodingInspector, openInspector } from "heed/inspect";
import type { OpenedRun } from "heed/runs";
import type { Engine } from "heed/runtime";
import { tasks } from "heed/tasks";
import type { Folder } from "./files.ts";
import { idle } from "./running.ts";
import type { Session } from "./session.ts";

/** Opens what looks into a model. */
export async function lookInto(
  run: OpenedRun,
  engine: Engine,
  checkpoints: NonNullable<Folder["checkpoints"]>,
): Promise<Session> {
  const maxLength = tasks[run.task].longest(run.config as never);
  const common = { engine, of: run, weights: run.weights, maxLength };
  const look = await openInspector(common);
  const decoder = run.task === "classify" ? undefined : await openDecodingInspector(common);
  return { run, engine, look, decoder, checkpoints };
}

/** Closes a model once what is being asked of it has been answered. */
export function closeSession(session: Session | undefined): void {
  void idle().then(() => {
    session?.look.close();
    session?.decoder?.close();
  });
}

/** The model at a step of its training; below 0, as it is. */
export type AtStep = (step: number) => Promise<Session>;

/** Steps that stay open: more than are asked of at the same time. */
const MOST = 4;

export function atSteps(opened: () => Session): AtStep {
  let of: Session | undefined;
  const kept = new Map<number, Promise<Session>>();
  const forget = (step: number): void => {
    void kept.get(step)?.then(closeSession, () => undefined);
    kept.delete(step);
  };
  return async (step) => {
    const session = opened();
    if (step < 0) return session;
    if (of !== session) for (const each of [...kept.keys()]) forget(each);
    of = session;
    const found = kept.get(step) ?? openStep(session, step);
    // The one that was asked for last is the last to go.
    kept.delete(step);
    kept.set(step, found);
    const [oldest = step] = kept.keys();
    if (kept.size > MOST) forget(oldest);
    return found;
  };
}

async function openStep({ run, engine, checkpoints }: Session, step: number): Promise<Session> {
  const saved = checkpoints.find((one) => one.step === step);
  if (!saved) throw new Error(`there is no checkpoint of step ${step}`);
  const { file } = saved;
  const read = typeof file === "string" ? await fetch(file) : file;
  const weights = decodeSafetensors(new Uint8Array(await read.arrayBuffer()), `step ${step}`);
  return lookInto({ ...run, weights }, engine, checkpoints);
}
