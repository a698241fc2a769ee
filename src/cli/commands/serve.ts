import { command } from "../command.ts";
import { deviceOption } from "../device.ts";

export default command({
  name: "serve",
  summary: "Serve models over HTTP, as LibreTranslate does.",
  description: `Serve models over HTTP: translators to LibreTranslate's clients, and all that they
can tell at /v1; language models and classifiers at /v1. /docs lists the addresses.

A translator's languages are those that its files or the name of its folder say
(en-fr); otherwise write RUN@en-fr. Where no model translates directly, two do, and
the answer says so.

SIGTERM and Ctrl+C end it in order: /ready says no, what was accepted is answered,
and the exit status is 0. Logs, one JSON object a line on standard error, have no
text, key or address.

--new-key NAME prints a key, adds what it is checked against to the file of --keys,
and serves nothing.`,
  examples: [
    "heed serve runs/en-fr",
    "heed serve runs/mine@en-fr runs/fr-en runs/polarity --port 8080",
    "heed serve --new-key phone --keys keys.jsonl",
    "heed serve runs/en-fr --host 0.0.0.0 --keys keys.jsonl --requests-per-address 600",
  ],
  args: ["runs...?"],
  isService: true,
  options: {
    host: { type: "string", value: "H", default: "127.0.0.1", help: "address to listen on" },
    port: {
      type: "number",
      whole: true,
      range: [0, 65535],
      default: 5000,
      help: "port; 0 is any that is free",
    },
    internalPort: {
      type: "number",
      whole: true,
      range: [0, 65535],
      help: "a second port, for probes and Prometheus: /health, /ready and /metrics without a key",
    },
    internalHost: {
      type: "string",
      value: "H",
      default: "127.0.0.1",
      help: "address of --internal-port; others must not reach it",
    },
    keys: { type: "string", value: "FILE", help: "only serve clients that show a key of this file" },
    newKey: { type: "string", value: "NAME", help: "make a key, print it and add it to --keys" },
    insecure: { type: "boolean", help: "serve other machines without keys" },
    trustProxy: { type: "boolean", help: "take the client's address from X-Forwarded-For" },
    cors: {
      type: "list",
      value: "ORIGIN",
      help: "an origin whose pages may ask, or * for any; may be repeated (default: none)",
    },
    requestsPerAddress: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      default: 0,
      help: "most requests in a minute from one address; 0 is any number",
    },
    requestsPerKey: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      help: "most requests in a minute with one key; with --new-key, with that one (default: any number)",
    },
    maxConnections: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      // Twice the queue: the excess of a burst is to be refused in words, not cut off.
      default: 20_000,
      help: "most connections at a time; others are closed at once",
    },
    maxCharacters: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      default: 100_000,
      help: "most characters of a request",
    },
    maxTexts: {
      type: "number",
      whole: true,
      range: [1, 1e5],
      default: 1000,
      help: "most texts of a request",
    },
    maxAlternatives: {
      type: "number",
      whole: true,
      range: [0, 50],
      default: 10,
      help: "most alternatives to a translation",
    },
    maxBeam: {
      type: "number",
      whole: true,
      range: [1, 100],
      default: 16,
      help: "most hypotheses kept at each step",
    },
    maxTokens: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      default: 2000,
      help: "most tokens that a language model writes",
    },
    timeout: {
      type: "number",
      range: [0.1, 3600],
      default: 60,
      help: "seconds in which a request is answered, or refused",
    },
    queue: { type: "number", whole: true, range: [1, 1e6], default: 10_000, help: "most texts that wait" },
    batch: {
      type: "number",
      whole: true,
      range: [1, 4096],
      default: 32,
      help: "most texts decoded together",
    },
    delay: {
      type: "number",
      range: [0, 1000],
      default: 5,
      help: "milliseconds that a text waits for others to share its batch",
    },
    memory: {
      type: "number",
      whole: true,
      range: [1, 1e7],
      default: 4096,
      help: "megabytes for models; the one used longest ago is closed when others need room",
    },
    cache: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      default: 64,
      help: "megabytes for translations that were asked for before; 0 is none",
    },
    drain: {
      type: "number",
      range: [0, 3600],
      default: 0,
      help: "seconds between saying no at /ready and taking no more requests",
    },
    log: {
      type: "string",
      value: "LEVEL",
      default: "info",
      help: "what is logged: error, warn, info (each request) or silent",
    },
    quantize: { type: "string", value: "KIND", help: "int8: 8-bit weights, smaller and faster" },
    device: deviceOption,
  },
  async run(options, io) {
    const { serveRuns } = await import("../serve-runs.ts");
    return serveRuns(options, io);
  },
});
