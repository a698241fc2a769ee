/** What Prometheus is told. No label is a text, a key, an address or a path that a client chose. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { BatchReport } from "./scheduler.ts";

/** Seconds. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface Metrics {
  readonly registry: Registry;
  readonly request: (route: string, method: string, status: number, seconds: number) => void;
  readonly inFlight: (change: 1 | -1) => void;
  readonly batch: (batch: BatchReport) => void;
  readonly refused: (reason: "full" | "late" | "rate" | "key" | "connections") => void;
  readonly cache: (result: "hit" | "miss") => void;
  readonly workerLost: () => void;
  readonly openModels: (names: readonly string[]) => void;
}

/** Read when metrics are asked for. */
export interface Gauged {
  readonly waiting: () => number;
  readonly running: () => number;
  readonly isReady: () => boolean;
  readonly cacheBytes: () => number;
}

export function createMetrics(models: readonly string[], gauged: Gauged): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "heed_" });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge("heed_queue_texts", "Texts that wait for a batch", gauged.waiting);
  gauge("heed_batches_running", "Batches that are computed", gauged.running);
  gauge("heed_worker_ready", "1 when the process that computes is there", () => Number(gauged.isReady()));
  gauge("heed_cache_bytes", "Bytes of cached translations", gauged.cacheBytes);
  const requests = new Histogram({
    name: "heed_request_seconds",
    help: "Time from the beginning of a request to the end of its answer",
    labelNames: ["route", "method", "status"] as const,
    buckets: LATENCIES,
    registers,
  });
  const inFlight = new Gauge({ name: "heed_requests_in_flight", help: "Requests being answered", registers });
  const byModel = { labelNames: ["model", "kind"] as const, registers };
  const batchTexts = new Histogram({
    ...byModel,
    name: "heed_batch_texts",
    help: "Texts of a batch",
    buckets: [1, 2, 4, 8, 16, 32, 64],
  });
  const batchSeconds = new Histogram({
    ...byModel,
    name: "heed_batch_seconds",
    help: "Time that a batch took",
    buckets: LATENCIES,
  });
  const tokens = new Counter({
    name: "heed_tokens_total",
    help: "Tokens read and written",
    labelNames: ["model", "direction"] as const,
    registers,
  });
  const refused = new Counter({
    name: "heed_refused_total",
    help: "Requests refused: queue full, too late, too many in a minute, without a key; connections closed",
    labelNames: ["reason"] as const,
    registers,
  });
  const cache = new Counter({
    name: "heed_cache_total",
    help: "Sentences looked up in the cache",
    labelNames: ["result"] as const,
    registers,
  });
  const lost = new Counter({
    name: "heed_worker_lost_total",
    help: "Times that the process that computes ended unasked",
    registers,
  });
  const open = new Gauge({
    name: "heed_model_open",
    help: "1 for a model that is in memory",
    labelNames: ["model"] as const,
    registers,
  });
  const openModels = (names: readonly string[]): void => {
    for (const model of models) open.set({ model }, Number(names.includes(model)));
  };
  openModels([]);
  return {
    registry,
    openModels,
    request: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    inFlight: (change) => inFlight.inc(change),
    batch: ({ model, kind, texts, read, written, seconds }) => {
      batchTexts.observe({ model, kind }, texts);
      batchSeconds.observe({ model, kind }, seconds);
      tokens.inc({ model, direction: "read" }, read);
      tokens.inc({ model, direction: "written" }, written);
    },
    refused: (reason) => refused.inc({ reason }),
    cache: (result) => cache.inc({ result }),
    workerLost: () => lost.inc(),
  };
}
