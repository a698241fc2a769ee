/** What must never go wrong in a server: against the real command, and one that is loaded. */
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, heed } from "../cli/heed.ts";
import { eventually, refusedToServe, type Served, served, smallTranslator, workerOf } from "./served.ts";

const files = folder();
let run: string;
let server: Served;
beforeAll(async () => {
  run = await smallTranslator(files, "en-fr");
  server = await served(run, "--cache", "0");
});

const english = { q: "the cat eats the bread", source: "en", target: "fr" };
/** Work for a while: all texts differ, and a search is as wide and as long as it may be. */
const long = (texts: number) => ({
  q: Array.from({ length: texts }, (_, i) => `the cat ${i} eats the bread`),
  beam: 16,
  minLength: 60,
});
const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

/** Resident memory of a process, where the system tells; else 0. */
const residentMegabytes = (pid = 0): number => {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1]) / 1024 : 0;
};

/** Sends bytes as they are. @returns what comes back until the connection closes */
function raw(
  bytes: string,
  port = server.port,
): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  // Not events.once, which rejects where the connection is reset after the answer.
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  return { socket, closed };
}

describe("33. what cannot be understood", () => {
  test("a body of 2 MiB is refused with 413", async () => {
    const { status, json } = await server.post("/translate", { ...english, q: "x".repeat(2 ** 21) });
    expect({ status, json }).toEqual({
      status: 413,
      json: { error: "Invalid request: the body exceeds the limit of 1048576 bytes" },
    });
  });
  test("a client that still sends a body that was refused gets the answer, and may ask again", async () => {
    const head = `POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 21}\r\n\r\n`;
    const { socket, closed } = raw(head);
    await once(socket, "data");
    for (let i = 0; i < 32; i++) socket.write("x".repeat(2 ** 16));
    socket.write("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await closed).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 /);
  });
  test("a body of which far too much would come ends its connection", async () => {
    const head = `POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 30}\r\n\r\n`;
    expect(await raw(head).closed).toMatch(/^HTTP\/1\.1 413 /);
  });
  test("headers of 64 kB are refused with 431", async () => {
    const head = `GET /health HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(65_536)}\r\n\r\n`;
    expect(await raw(head).closed).toMatch(/^HTTP\/1\.1 431 /);
  });
  test("q: 123 is refused with 400, an odd content type with 415, half of JSON with 400", async () => {
    expect((await server.post("/translate", { ...english, q: 123 })).status).toBe(400);
    const odd = await server.post("/translate", english, { "content-type": "text/csv" });
    expect(odd.status).toBe(415);
    const half = await fetch(`${server.address}/translate`, {
      method: "POST",
      body: '{"q": "secret',
      headers: { "content-type": "application/json" },
    });
    expect([half.status, await half.text()]).toEqual([
      400,
      '{"error":"Invalid request: the body is not valid JSON"}',
    ]);
  });
  test("__proto__ in JSON is refused, and pollutes nothing", async () => {
    const bodies = [
      '{"__proto__": {"polluted": 1}, "q": "x"}',
      '{"q": "x", "constructor": {"prototype": {"a": 1}}}',
    ];
    for (const body of bodies) {
      const answer = await fetch(`${server.address}/translate`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      expect(answer.status).toBe(400);
    }
  });
});

describe("34. what multiplies work has a limit, which the answer names", () => {
  test.each([
    ["alternatives (10000) exceeds the limit of 10 alternatives", { ...english, alternatives: 10_000 }],
    ["q (100000) exceeds the limit of 1000 texts", { ...english, q: Array(100_000).fill("x") }],
    ["q (100001) exceeds the limit of 100000 characters", { ...english, q: "x".repeat(100_001) }],
    ["beam (1000000000) exceeds the limit of 16 hypotheses", { q: "x", beam: 1e9 }],
    ["nBest (12) exceeds the limit of 11 hypotheses", { q: "x", nBest: 12 }],
    ["maxLength (1000000) exceeds the limit of 2000 tokens", { q: "x", maxLength: 1e6 }],
  ])("%s", async (message, body) => {
    const { status, json } = await server.post("source" in body ? "/translate" : "/v1/translate", body);
    expect({ status, json }).toEqual({ status: 400, json: { error: `Invalid request: ${message}` } });
  });
});

test("35. the excess is refused with 503 and Retry-After, fast, and the queue stays bounded", async () => {
  const small = await served(run, "--cache", "0", "--queue", "20");
  await small.post("/translate", english);
  const asked = Array.from({ length: 200 }, async () => {
    const began = performance.now();
    const answer = await small.post("/v1/translate", long(10));
    return { ...answer, ms: performance.now() - began };
  });
  const waiting = await small.metric("heed_queue_texts");
  const answers = await Promise.all(asked);
  const refused = answers.filter(({ status }) => status === 503);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  expect(waiting).toBeLessThanOrEqual(20);
  for (const { headers, json } of refused) {
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(json.error).toMatch(/try again later/);
  }
  // Of its own the server takes a millisecond; the rest is this process, which sends 200 at once.
  expect(await small.metric('heed_refused_total{reason="full"}')).toBe(refused.length);
  small.child.kill("SIGKILL");
});

test("a burst of connections is not cut off by default", async () => {
  const many = Array.from({ length: 1500 }, () => connect(server.port, "127.0.0.1"));
  const cut = Promise.race(many.map((socket) => once(socket, "close"))).then(() => "cut");
  await Promise.all(many.map((socket) => once(socket, "connect")));
  expect(await Promise.race([server.post("/translate", english), cut])).toMatchObject({ status: 200 });
  for (const socket of many) socket.destroy();
});

test("connections beyond the limit are closed at once, and others are served", async () => {
  const own = await served(run, "--max-connections", "2");
  const held = [1, 2].map(() => connect(own.port, "127.0.0.1"));
  await Promise.all(held.map((socket) => once(socket, "connect")));
  const more = connect(own.port, "127.0.0.1").on("error", () => undefined);
  await once(more, "close");
  for (const socket of held) socket.destroy();
  await eventually(async () => {
    const answer = await own.post("/translate", english).catch(() => undefined);
    return answer?.status === 200;
  });
  expect(await own.metric('heed_refused_total{reason="connections"}')).toBeGreaterThan(0);
  own.child.kill("SIGKILL");
});

test("36. slow clients are cut within 10 seconds, and nobody waits for them", {
  timeout: 30_000,
}, async () => {
  const began = performance.now();
  const slow = [
    raw("POST /translate HTTP/1.1\r\nHost: x\r\n"),
    raw(
      "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{",
    ),
  ];
  for (const { socket } of slow) {
    const drip = setInterval(() => socket.write(" "), 500);
    socket.on("close", () => clearInterval(drip));
  }
  expect((await server.post("/translate", english)).status).toBe(200);
  await Promise.all(slow.map(({ closed }) => closed));
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("36. an answer that is taken byte by byte, or not at all, ends, and costs neither others nor memory", async () => {
  const own = await served(run);
  const asked = { q: english.q, beam: 11, nBest: 11, alignment: true };
  // From the cache, so that nothing but the answers takes time and memory: 10 MB each.
  await own.post("/v1/translate", asked);
  const whole = await own.post("/v1/translate", { ...asked, q: Array(1000).fill(english.q) });
  expect(whole.text.length).toBeGreaterThan(8_000_000);
  const before = residentMegabytes(own.child.pid);
  const [count, drips] = [24, [] as NodeJS.Timeout[]];
  for (let i = 0; i < count; i++) {
    const body = JSON.stringify({ ...asked, q: Array(1000).fill(english.q), stream: i % 3 === 0 });
    const head = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
    const socket = connect(own.port, "127.0.0.1").pause();
    socket.on("error", () => undefined);
    socket.write(`POST /v1/translate HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n${body}`);
    if (i % 2 === 0) drips.push(setInterval(() => socket.read(1), 50));
  }
  await eventually(async () => (await own.metric("heed_requests_in_flight")) > count);
  let most = 0;
  await eventually(async () => {
    expect((await own.post("/translate", { ...english, q: "my father sees the cake" })).status).toBe(200);
    most = Math.max(most, residentMegabytes(own.child.pid));
    expect(await own.metric("heed_queue_texts")).toBe(0);
    return (await own.metric("heed_requests_in_flight")) === 1;
  }, 60_000);
  for (const drip of drips) clearInterval(drip);
  const cut = 'heed_request_seconds_count{route="/v1/translate",method="POST",status="499"}';
  expect(await own.metric(cut)).toBe(count);
  // All of them together have 240 MB of text.
  expect(most - before).toBeLessThan(160);
  own.child.kill("SIGKILL");
}, 120_000);

test("37. when the client goes its work stops, and nothing is in flight", async () => {
  const abort = new AbortController();
  const gone = fetch(`${server.address}/v1/translate`, {
    method: "POST",
    body: JSON.stringify({ ...long(1000), beam: 16 }),
    headers: { "content-type": "application/json" },
    signal: abort.signal,
  });
  const read = 'heed_tokens_total{model="en-fr",direction="written"}';
  await eventually(async () => (await server.metric("heed_batches_running")) > 0);
  abort.abort();
  await expect(gone).rejects.toThrow();
  await eventually(async () => (await server.metric("heed_batches_running")) === 0);
  expect(await server.metric("heed_queue_texts")).toBe(0);
  // The request for the metrics is in flight itself.
  expect(await server.metric("heed_requests_in_flight")).toBe(1);
  expect(await server.metric(read)).toBeLessThan(1000 * 60);
});

test("38. an address cannot be made up, and one that asks too often is told when to come again", async () => {
  const limited = await served(run, "--requests-per-address", "5");
  const answers = [];
  for (let i = 0; i < 8; i++)
    answers.push(await limited.get("/languages", { "x-forwarded-for": `10.0.0.${i}` }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(answers.at(-1)?.json).toEqual({ error: "Slowdown: 5 per 1 minute" });
  expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
  limited.child.kill("SIGKILL");
});

describe("39. with keys", () => {
  let keyed: Served;
  let key: string;
  const file = join(files.path, "keys.jsonl");
  beforeAll(async () => {
    const made = await heed(["serve", "--new-key", "phone", "--keys", file, "--requests-per-key", "30"]);
    key = made.stdout.trim();
    keyed = await served(run, "--keys", file, "--host", "0.0.0.0", "--internal-port", "0");
  });

  test("the file has no key", () => {
    expect(key).toMatch(/^heed_[0-9a-f]{8}_[\w-]{43}$/);
    expect(readFileSync(file, "utf8")).not.toContain(key.split("_").at(-1));
  });
  test("every route, and what is none, needs one, except liveness", async () => {
    const { json } = await keyed.get("/spec", headersOf(key));
    const routes = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    );
    expect(routes.length).toBeGreaterThan(12);
    for (const { path, method } of [
      ...routes,
      { path: "/nothing", method: "GET" },
      { path: "/", method: "PUT" },
    ]) {
      const { status } = await fetch(`${keyed.address}${path}`, { method });
      expect({ path, status }).toEqual({ path, status: path === "/health" ? 200 : 401 });
    }
  });
  test("who shows none learns nothing of what is wrong with a body", async () => {
    for (const [type, body] of [
      ["application/json", "{"],
      ["application/json", '{"q": 1}'],
      ["text/csv", "q"],
      ["application/json", `"${"x".repeat(2 ** 21)}"`],
    ] as const) {
      const headers = { "content-type": type };
      const answer = await fetch(`${keyed.address}/translate`, { method: "POST", body, headers });
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    }
  });
  test("it may be a header, a field or in the address; an unknown one is refused with 403", async () => {
    expect((await keyed.post("/translate", english, headersOf(key))).status).toBe(200);
    expect((await keyed.post("/translate", { ...english, api_key: key })).status).toBe(200);
    expect((await keyed.post("/translate", { ...english, apiKey: key })).status).toBe(200);
    expect((await keyed.get(`/languages?api_key=${key}`)).status).toBe(200);
    const wrong = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
    for (const each of [wrong, "heed_00000000_x", "secret"])
      expect((await keyed.post("/translate", { ...english, api_key: each })).json).toEqual({
        error: "Invalid API key",
      });
  });
  test("with one key there may be so many requests in a minute", async () => {
    let last: Awaited<ReturnType<Served["get"]>> | undefined;
    for (let i = 0; i < 31; i++) last = await keyed.get("/languages", headersOf(key));
    expect(last?.status).toBe(429);
  });
  test("no key, path or text is in the log, the metrics or an error", async () => {
    const secret = "extraordinary-secret";
    const asked = [
      await server.post("/translate", { ...english, q: secret }),
      await server.post("/v1/translate", { q: secret, prefix: secret }),
      await server.get(`/${secret}?q=${secret}`),
      await server.post("/translate", { ...english, source: secret, target: secret }),
    ];
    expect(asked.map(({ status }) => status)).toEqual([200, 400, 404, 400]);
    const { text } = await server.get("/metrics");
    for (const each of [keyed.log(), server.log(), text, ...asked.slice(1).map((one) => one.text)]) {
      expect(each.includes(secret), each.slice(0, 300)).toBe(false);
      expect(each).not.toContain(key.split("_").at(-1));
      expect(each).not.toContain(files.path);
    }
  });
});

describe("40. strangers are not served by accident", () => {
  test("--host 0.0.0.0 without keys ends with 78", async () => {
    expect(await refusedToServe(run, "--host", "0.0.0.0")).toEqual({
      status: 78,
      error:
        "--host 0.0.0.0: whoever reaches this machine could ask without a key; give --keys, or --insecure if something else keeps strangers out",
    });
  });
  test("with --insecure it serves", async () => {
    const open = await served(run, "--host", "0.0.0.0", "--insecure");
    expect((await open.get("/health")).status).toBe(200);
    open.child.kill("SIGKILL");
  });
  test("pages of other origins are told that they may ask only where that is said", async () => {
    const origin = { origin: "https://example.org" };
    expect((await server.get("/languages", origin)).headers.get("access-control-allow-origin")).toBeNull();
    const open = await served(run, "--cors", "https://example.org");
    expect((await open.get("/languages", origin)).headers.get("access-control-allow-origin")).toBe(
      origin.origin,
    );
    const other = await open.get("/languages", { origin: "https://example.net" });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    open.child.kill("SIGKILL");
  });
});

describe("41. an orderly end, and a new beginning", () => {
  test("a process that is killed costs its batch, and another is there within 2 seconds", async () => {
    const pid = await workerOf(server);
    const asked = Array.from({ length: 8 }, () => server.post("/v1/translate", long(50)));
    await eventually(async () => (await server.metric("heed_batches_running")) > 0);
    process.kill(pid, "SIGKILL");
    const answers = await Promise.all(asked);
    for (const { status, headers } of answers.filter((answer) => answer.status !== 200)) {
      expect(status).toBe(503);
      expect(headers.get("retry-after")).not.toBeNull();
    }
    expect(answers.some(({ status }) => status === 503)).toBe(true);
    expect(await eventually(async () => (await server.get("/ready")).status === 200)).toBeLessThan(2000);
    expect((await server.post("/translate", english)).json.translatedText).toBe("le chat mange le pain");
    expect(await server.metric("heed_worker_lost_total")).toBe(1);
  });

  test("SIGTERM under load: /ready says no, all that was accepted is answered, and the status is 0", async () => {
    const draining = await served(run, "--cache", "0", "--drain", "1");
    await draining.post("/translate", english);
    const asked = Array.from({ length: 20 }, () => draining.post("/v1/translate", long(10)));
    await eventually(async () => (await draining.metric("heed_batches_running")) > 0);
    draining.child.kill("SIGTERM");
    await eventually(async () => (await draining.get("/ready")).status === 503);
    expect((await draining.get("/ready")).json).toEqual({ status: "draining" });
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await draining.ended).toBe(0);
  });
});

test.each([
  [["nowhere"], 66, /^nowhere/],
  [[], 64, "heed serve: there is nothing to serve; name the folder of a run"],
  [["--new-key", "x"], 64, "--new-key: there is no file to add it to; add --keys FILE"],
  [["RUN", "--requests-per-key", "3"], 64, "--requests-per-key: no keys are asked for; add --keys FILE"],
  [["RUN", "--cors", "example.org"], 64, /^--cors: "example.org" is not an origin/],
  [["RUN@fr"], 64, /: "fr" is not a pair of language codes; write .*en-fr@en-fr$/],
  [["RUN", "--keys", "EMPTY"], 65, /empty\.jsonl: has no keys; make one with heed serve --new-key NAME/],
] as const)("heed serve %j is refused", async (args, status, error) => {
  writeFileSync(join(files.path, "empty.jsonl"), "");
  const named = args.map((each) =>
    each.replace("RUN", run).replace("EMPTY", join(files.path, "empty.jsonl")),
  );
  const found = await refusedToServe(...named);
  expect(found.status).toBe(status);
  if (typeof error === "string") expect(found.error).toBe(error);
  else expect(found.error).toMatch(error);
});
