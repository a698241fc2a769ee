/** The process that computes. It is started by the server, gets work from it and ends with it. */
import { HeedError } from "../../errors.ts";
import { devices } from "../../runtime/devices.ts";
import { openEngine } from "../../runtime/open-engine.node.ts";
import type { FromWorker, ToWorker, Work, WorkerSetup } from "../protocol.ts";
import { type Models, type ServedModel, servedModels } from "./models.ts";
import type { Following } from "./translator.ts";

const send = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};

// Signals reach all processes of a terminal or a service. The server decides when this one ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit(0));

const setup = JSON.parse(process.argv[2] ?? "") as WorkerSetup;
const device = devices.find((name) => name === setup.device) ?? "auto";
const engine = await openEngine(device);
const models = servedModels(setup, engine, (names) => send({ kind: "open", models: names }));
/** Per batch that is computed, the texts that are no longer wanted. */
const cancelled = new Map<number, Set<number>>();

process.on("message", (message: ToWorker) => {
  if (message.kind === "cancel") cancelled.get(message.id)?.add(message.index);
  else void answer(message, models);
});
send({ kind: "ready" });

async function answer({ id, model, work }: ToWorker & { kind: "work" }, models: Models): Promise<void> {
  const unwanted = new Set<number>();
  cancelled.set(id, unwanted);
  const following: Following = {
    isWanted: (index) => !unwanted.has(index),
    onText: (index, text) => send({ kind: "text", id, index, text }),
  };
  try {
    const done = await models.use(model, (opened) => compute(opened, work, following));
    send({ kind: "done", id, ...done });
  } catch (error) {
    const code = error instanceof HeedError ? error.code : undefined;
    send({ kind: "failed", id, code, message: error instanceof Error ? error.message : String(error) });
  } finally {
    cancelled.delete(id);
  }
}

type Done = Omit<FromWorker & { kind: "done" }, "kind" | "id">;

async function compute(model: ServedModel, work: Work, following: Following): Promise<Done> {
  if (model.task === "translate" && work.kind === "translate") return model.translate(work, following);
  if (model.task === "generate" && work.kind === "generate") return model.generate(work, following);
  if (model.task === "classify" && work.kind === "classify") return model.classify(work);
  if (model.task === "classify" && work.kind === "embed") return model.embed(work);
  throw new Error(`a model of the task ${model.task} got work of the kind ${work.kind}`);
}
