/** Trained models opened by their address. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { writeFolder } from "../../src/formats/folder.node.ts";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { openClassifier, openEngine, openGenerator, openTranslator } from "../../src/index.node.ts";
import { fetchRun } from "../../src/runs/fetch-run.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import type { Arrival, FileStore } from "../../src/runs/remote-files.ts";
import { configs, sampleWeights, tokenizer } from "../formats/translator-samples.ts";
import { type Served, served } from "./served.ts";

const models = join(import.meta.dirname, "../../studio/public/models");
const folder = mkdtempSync(join(tmpdir(), "heed-fetch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const servers: Served[] = [];
afterEach(() => {
  for (const { close } of servers.splice(0)) close();
});
const serve = async (...given: Parameters<typeof served>): Promise<Served> => {
  const server = await served(...given);
  servers.push(server);
  return server;
};

const engine = await openEngine();
const SENTENCES = ["We see the green car.", "", "The cat sleeps."];

describe("by its address a model gives what it gives by its folder", () => {
  test.each(["phrasebook", "gru-attention"])("the translator %s", async (name) => {
    const { url, asked } = await serve(join(models, name));
    const [near, far] = [
      await openTranslator(join(models, name), { engine }),
      await openTranslator(url, { engine }),
    ];
    const expected = await near.translate(SENTENCES);
    expect(await far.translate(SENTENCES)).toEqual(expected);
    expect(expected[0]?.hypotheses[0]?.text).toMatch(/voiture/);
    const files =
      name === "phrasebook" ? ["tokenizer.json"] : ["tokenizer.source.json", "tokenizer.target.json"];
    expect(asked).toEqual(expect.arrayContaining(files.map((file) => `GET /${file}`)));
    for (const translator of [near, far]) translator.close();
  });

  test("a language model, which continues a text and stops where it is told", async () => {
    const { url } = await serve(join(models, "sentences"));
    const texts = await Promise.all(
      [pathToFileURL(join(models, "sentences")), url].map(async (place) => {
        const generator = await openGenerator(place, { engine });
        const pieces: string[] = [];
        for await (const piece of generator.generate("We see", { tokens: 12, temperature: 0 }))
          pieces.push(piece);
        generator.close();
        return pieces.join("");
      }),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toMatch(/^ the \w+/);
  });

  test("a classifier, which leaves blank texts blank", async () => {
    const { url } = await serve(join(models, "animals"));
    const [near, far] = [
      await openClassifier(join(models, "animals"), { engine }),
      await openClassifier(url, { engine }),
    ];
    const texts = ["The cat sleeps.", " ", "We see the green car."];
    const labelled = await far.classify(texts);
    expect(labelled).toEqual(await near.classify(texts));
    expect(labelled.map(({ label }) => label)).toEqual(["animal", "", "no animal"]);
    expect(labelled[0]?.probabilities.animal).toBeGreaterThan(0.9);
    for (const classifier of [near, far]) classifier.close();
  });

  test("a model folder of Hugging Face's library", async () => {
    const exported = join(folder, "exported");
    await writeFolder(
      exported,
      huggingFaceFolder({ config: configs.tied, weights: sampleWeights("tied"), tokenizer }),
    );
    const { url } = await serve(exported);
    const { weights } = openRunOf(exported, "translate");
    const run = await fetchRun(new URL(url), "translate");
    expect(run.config.model.kind).toBe("transformer");
    expect(run.weights).toEqual(weights);
  });

  test("a run whose configuration is written in another way", async () => {
    const run = join(folder, "flow");
    cpSync(join(models, "animals"), run, { recursive: true });
    const config = readFileSync(join(run, "config.yaml"), "utf8");
    const changed = config.replace(/^model:\n(?: .*\n)*/m, (section) => {
      const keys = section.match(/^ {2}\w+: [^#\n]+/gm) ?? [];
      return `model: { ${keys.map((key) => key.trim()).join(", ")} }\n`;
    });
    expect(changed).not.toBe(config);
    writeFileSync(join(run, "config.yaml"), changed);
    const { url } = await serve(run);
    const { weights } = openRunOf(run, "classify");
    expect((await fetchRun(new URL(url), "classify")).weights).toEqual(weights);
  });
});

describe("what is said where there is no such model", () => {
  const refused = (url: string | URL, code = "ERR_INPUT") => ({
    with: (cause: string) =>
      expect(openTranslator(url, { engine })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(cause),
      }),
  });

  test("a folder without a model", async () => {
    const { url } = await serve(folder);
    await refused(url).with(
      `${url.slice(0, -1)}: has neither config.yaml nor config.json; give the address of a run's folder`,
    );
  });

  test("a server that answers with its page, whatever is asked for", async () => {
    const page = await serve(folder, (_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html>");
      return true;
    });
    await refused(page.url).with("has neither config.yaml nor config.json");
  });

  test("a run without its weights", async () => {
    const { url } = await serve(join(models, "phrasebook"), (request, response) => {
      const isWeights = request.url === "/model.safetensors";
      if (isWeights) response.writeHead(404).end();
      return isWeights;
    });
    await refused(url).with("has no model.safetensors; serve the whole folder");
  });

  test("a model of another task", async () => {
    const { url, asked } = await serve(join(models, "animals"));
    await refused(url).with("this is a classifier, not a translator; use openClassifier");
    expect(asked).toEqual(["GET /config.yaml"]);
    await refused(join(models, "sentences")).with(
      "this is a language model, not a translator; use openGenerator",
    );
  });

  test("a server that refuses", async () => {
    const { url } = await serve(folder, (_, response) => {
      response.writeHead(403).end();
      return true;
    });
    await refused(url).with("/config.yaml: the server answered 403 Forbidden");
  });

  test("no server", async () => {
    const { url, close } = await serve(folder);
    close();
    await refused(url).with("/config.yaml: cannot be reached; check the address and the connection");
  });

  test("damaged weights, and a file that is no JSON", async () => {
    const [cut, text] = await Promise.all(
      ["/model.safetensors", "/tokenizer.json"].map((name) =>
        serve(join(models, "phrasebook"), (request, response) => {
          const isIt = request.url === name;
          if (isIt) response.writeHead(200).end("{");
          return isIt;
        }),
      ),
    );
    await refused(cut?.url ?? "", "ERR_MODEL").with("/model.safetensors: ");
    await refused(text?.url ?? "", "ERR_MODEL").with("/tokenizer.json: cannot be read as JSON");
  });

  test("an engine and a device", async () => {
    await expect(openTranslator(join(models, "phrasebook"), { engine, device: "cpu" })).rejects.toMatchObject(
      {
        code: "ERR_USAGE",
        message: "device: has no effect beside an engine that is open; leave out one of the two",
      },
    );
  });
});

/** A store as the page's, in memory. */
function memory(): FileStore & { readonly kept: Map<string, Response> } {
  const kept = new Map<string, Response>();
  return {
    kept,
    match: async (url) => kept.get(url)?.clone(),
    keep: async (url, bytes, headers) => {
      const etag = headers.get("etag");
      kept.set(url, new Response(bytes, { headers: etag ? { etag } : {} }));
    },
  };
}

describe("loading", () => {
  test("is reported, file by file, with their sizes", async () => {
    const { url } = await serve(join(models, "animals"));
    const arrivals: Arrival[] = [];
    await fetchRun(new URL(`${url}?key=1`), "classify", { onProgress: (arrival) => arrivals.push(arrival) });
    const last = arrivals.filter(({ file }) => file === "model.safetensors").at(-1);
    expect(last).toEqual({ file: "model.safetensors", loaded: 67960, total: 67960 });
    expect(new Set(arrivals.map(({ file }) => file))).toEqual(
      new Set(["config.yaml", "model.safetensors", "tokenizer.json", "labels.json"]),
    );
  });

  test("ends with the reason of the signal", async () => {
    const { url } = await serve(join(models, "animals"));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(fetchRun(new URL(url), "classify", { signal })).rejects.toThrow("enough");
  });

  test("happens once, until the server has another version, and serves where there is no connection", async () => {
    const run = join(folder, "kept");
    cpSync(join(models, "animals"), run, { recursive: true });
    const { url, asked, close } = await serve(run);
    const store = memory();
    const visit = async (): Promise<string[]> => {
      asked.length = 0;
      await fetchRun(new URL(url), "classify", {}, store);
      return [...asked].sort();
    };
    const names = ["config.yaml", "labels.json", "model.safetensors", "tokenizer.json"];
    expect(await visit()).toEqual(names.map((name) => `GET /${name}`));
    expect(await visit()).toEqual(names.map((name) => `HEAD /${name}`));
    writeFileSync(join(run, "labels.json"), '["beast", "no beast"]');
    expect(await visit()).toContain("GET /labels.json");
    close();
    const { labels } = await fetchRun(new URL(url), "classify", {}, store);
    expect(labels).toEqual(["beast", "no beast"]);
  });
});
