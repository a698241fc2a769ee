/** What answers requests, whatever their form: models, their queue and what was answered before. */
import { physicalCores } from "../runtime/threads.node.ts";
import { isBlank } from "../text/blank.ts";
import { answerCache, cacheKey } from "./answer-cache.ts";
import type { CatalogModel } from "./catalog.ts";
import { type Directions, directionsOf } from "./directions.ts";
import type { Limits } from "./limits.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { EmbedWork, GenerateWork, Kind, LabelWork, Results, WorkerSetup } from "./protocol.ts";
import { type Asking, createScheduler, type Group, type Scheduler } from "./scheduler.ts";
import { blankHypotheses, type Hypotheses, type SentenceOptions, type Translating } from "./translating.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

export interface ServiceOptions {
  readonly models: readonly CatalogModel[];
  readonly limits: Limits;
  readonly device: string;
  readonly quantize?: "int8" | undefined;
  /** Bytes for open models, and for cached translations. */
  readonly memory: number;
  readonly cache: number;
  /** Most texts that wait. */
  readonly queue: number;
  /** Most texts of a batch, and milliseconds that one waits for others. */
  readonly batch: number;
  readonly delay: number;
  /** Seconds in which an answer is wanted. */
  readonly timeout: number;
  /** A line for the log. */
  readonly onFault: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface Service {
  readonly models: readonly CatalogModel[];
  readonly directions: Directions;
  readonly limits: Limits;
  readonly timeout: number;
  readonly metrics: Metrics;
  readonly scheduler: Scheduler;
  readonly isReady: () => boolean;
  /** A translator for one request. */
  readonly translating: (model: CatalogModel, asking: Pick<Asking, "client" | "request">) => Translating;
  readonly generate: (
    model: CatalogModel,
    work: Omit<GenerateWork, "kind">,
    asking: Asking,
    onText?: (piece: string) => void,
  ) => Promise<Results["generate"][number]>;
  readonly label: <K extends "classify" | "embed">(
    kind: K,
    model: CatalogModel,
    texts: readonly string[],
    asking: Asking,
  ) => Promise<Results[K]>;
  readonly close: () => Promise<void>;
}

/** Most source tokens of a batch, by the estimate of `tokensOf`. */
const BATCH_TOKENS = 2048;

/** Tokens of a text, about: four bytes of UTF-8 each, and the end. The worker counts what they are. */
const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4) + 1;

/** What a search with the default beam of 4 takes is the unit. */
const widthOf = (beam: number, nBest: number): number => Math.max(1, Math.max(beam, nBest) / 4);

interface Sentence {
  readonly text: string;
  readonly options?: SentenceOptions | undefined;
  readonly isTold: boolean;
}

export function openService(options: ServiceOptions): Service {
  const { models, limits } = options;
  const cores = physicalCores();
  const streams = 2 * cores;
  const cache = answerCache<Hypotheses>(options.cache);
  const setup: WorkerSetup = {
    models: models.map(({ name, directory }) => ({ name, directory })),
    device: options.device,
    threads: 1,
    quantize: options.quantize,
    memory: options.memory,
    maxBeam: limits.beam,
  };
  const worker: WorkerProcess = startWorker(setup, streams, {
    onReady: () => scheduler.pump(),
    onLost: () => {
      metrics.workerLost();
      options.onFault({}, "the process that computes has ended and is replaced");
    },
    onOpen: (names) => metrics.openModels(names),
    onFault: (code, message) =>
      options.onFault({ code, ...(code === undefined ? {} : { message }) }, "a batch failed"),
  });
  const scheduler = createScheduler(() => worker, {
    streams,
    cores,
    batch: options.batch,
    batchTokens: BATCH_TOKENS,
    queue: options.queue,
    delay: options.delay,
    onBatch: (batch) => metrics.batch(batch),
    onRefused: (reason) => metrics.refused(reason),
  });
  const metrics = createMetrics(
    models.map(({ name }) => name),
    {
      waiting: () => scheduler.waiting,
      running: () => scheduler.running,
      isReady: () => worker.isReady,
      cacheBytes: () => cache.bytes,
    },
  );

  const translating: Service["translating"] = (model, asking) => ({
    maxLength: model.maxLength,
    translate: async (sentences, { beam = model.beam ?? 4, nBest = 1, ...asked }) => {
      const { signal, deadline, constraints, onText } = asked;
      // Where there is no attention, whoever asks for it does without.
      const alignment = asked.alignment === true && model.isAttentive === true;
      const keys = sentences.map((text, i) =>
        cacheKey(model.name, beam, nBest, alignment, constraints?.[i], text),
      );
      const answers = sentences.map((text, i) =>
        isBlank(text) ? blankHypotheses(text, nBest) : cache.get(keys[i] as string),
      );
      for (const [i, text] of sentences.entries())
        if (!isBlank(text)) metrics.cache(answers[i] ? "hit" : "miss");
      const missing = [...sentences.keys()].filter((i) => answers[i] === undefined);
      // Those with options of their own need all scores of each step, so they have batches of their own.
      for (const isOwn of [false, true]) {
        const chosen = missing.filter((i) => (constraints?.[i] !== undefined) === isOwn);
        if (chosen.length === 0) continue;
        const group: Group<Sentence> & { kind: "translate" } = {
          key: JSON.stringify(["translate", model.name, beam, nBest, alignment, isOwn]),
          kind: "translate",
          model: model.name,
          work: (batch) => ({ kind: "translate", sentences: batch, beam, nBest, alignment }),
        };
        const texts = chosen.map((i) => {
          const text = sentences[i] as string;
          return {
            payload: { text, options: constraints?.[i], isTold: onText !== undefined },
            cost: Math.ceil(tokensOf(text) * widthOf(beam, nBest)),
            onText: onText && ((written: string) => onText(i, written)),
          };
        });
        const found = await scheduler.submit(group, texts, { ...asking, signal, deadline });
        for (const [n, i] of chosen.entries()) {
          answers[i] = found[n] as Hypotheses;
          cache.set(keys[i] as string, found[n] as Hypotheses);
        }
      }
      return answers as Hypotheses[];
    },
  });

  const plainGroup = <K extends Kind, P>(kind: K, model: CatalogModel, work: Group<P>["work"]) => ({
    key: `${kind} ${model.name}`,
    kind,
    model: model.name,
    work,
  });
  return {
    models,
    directions: directionsOf(models),
    limits,
    timeout: options.timeout,
    metrics,
    scheduler,
    isReady: () => worker.isReady,
    translating,
    generate: async (model, work, asking, onText) => {
      const group = plainGroup("generate", model, ([only]) => only as GenerateWork);
      const payload: GenerateWork = { kind: "generate", ...work };
      const [result] = await scheduler.submit(group, [{ payload, cost: work.tokens, onText }], asking);
      return result as Results["generate"][number];
    },
    label: (kind, model, texts, asking) => {
      const group = plainGroup(
        kind,
        model,
        (batch: readonly string[]) => ({ kind, texts: batch }) as LabelWork | EmbedWork,
      );
      const asked = texts.map((text) => ({ payload: text, cost: tokensOf(text) }));
      return scheduler.submit(group, asked, asking);
    },
    close: async () => {
      scheduler.close();
      await worker.close();
    },
  };
}
