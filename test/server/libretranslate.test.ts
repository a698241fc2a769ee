/** The contract of LibreTranslate: its clients, and its own cases written anew from what it documents. */
import { Translate } from "translate";
import { beforeAll, describe, expect, test } from "vitest";
import { folder } from "../cli/heed.ts";
import { reversed, type Served, served, smallTranslator } from "./served.ts";

const files = folder();
let server: Served;
beforeAll(async () => {
  const forth = await smallTranslator(files, "en-fr");
  const back = await smallTranslator(files, "fr-en", reversed);
  // A third language: the same French words under another code.
  server = await served(forth, back, `${forth}@de-fr`);
});

const english = { q: "the cat eats the bread", source: "en", target: "fr" };

describe("POST /translate", () => {
  test("JSON, form and query mean the same", async () => {
    const { status, json } = await server.post("/translate", english);
    expect({ status, json }).toEqual({ status: 200, json: { translatedText: "le chat mange le pain" } });
    const form = await fetch(`${server.address}/translate`, {
      method: "POST",
      body: new URLSearchParams(english),
    });
    expect(await form.json()).toEqual(json);
    const query = await fetch(`${server.address}/translate?${new URLSearchParams(english)}`, {
      method: "POST",
    });
    expect(await query.json()).toEqual(json);
  });

  test("an array gives arrays, in order, also empty", async () => {
    const q = ["the dog sees the cake", "", "my father wants the apple"];
    const { json } = await server.post("/translate", { ...english, q, source: "auto", alternatives: 1 });
    expect(json.translatedText).toHaveLength(3);
    expect(json.translatedText[0]).toBe("le chien voit le gâteau");
    expect(json.translatedText[1]).toBe("");
    expect(json.detectedLanguage).toHaveLength(3);
    expect(json.detectedLanguage[0]).toEqual({
      language: expect.any(String),
      confidence: expect.any(Number),
    });
    expect(json.alternatives).toHaveLength(3);
    expect((await server.post("/translate", { ...english, q: [] })).json).toEqual({ translatedText: [] });
  });

  test("alternatives and the detected language come only when they are asked for", async () => {
    expect(Object.keys((await server.post("/translate", english)).json)).toEqual(["translatedText"]);
    const { json } = await server.post("/translate", { ...english, alternatives: 2 });
    expect(json.alternatives.length).toBeGreaterThan(0);
    expect(json.alternatives).not.toContain(json.translatedText);
  });

  test("lines stay lines", async () => {
    const q = "the cat eats the bread\n\nthe dog sees the cake\r\n";
    const { json } = await server.post("/translate", { ...english, q });
    expect(json.translatedText).toBe("le chat mange le pain\n\nle chien voit le gâteau\r\n");
  });

  test("HTML keeps its tags, and a glossary's words are used", async () => {
    const html = { ...english, q: "<p>the <b>cat</b> eats the bread</p>", format: "html" };
    expect((await server.post("/translate", html)).json.translatedText).toMatch(
      /^<p>(?=.*<b>)(?=.*<\/b>).*<\/p>$/,
    );
    const glossary = [{ source: "bread", target: "le gâteau" }];
    const { json } = await server.post("/translate", { ...english, glossary, alignment: true });
    expect(json.translatedText).toContain("le gâteau");
    expect(json.sentences).toHaveLength(1);
    const many = Array.from({ length: 101 }, () => glossary[0]);
    expect((await server.post("/translate", { ...english, glossary: many })).json.error).toContain(
      "the limit of 100 terms",
    );
    const form = new URLSearchParams({ ...english, glossary: JSON.stringify(glossary) });
    const asForm = await fetch(`${server.address}/translate`, { method: "POST", body: form });
    expect(((await asForm.json()) as { translatedText: string }).translatedText).toBe(json.translatedText);
  });

  test("terms that cannot be used are named, and cost the others nothing", async () => {
    const glossary = [
      { source: "bread", target: ["zebra", "le gâteau"] },
      { source: "cat", target: "zebra" },
    ];
    const { status, json } = await server.post("/translate", { ...english, glossary, alignment: true });
    expect(status).toBe(200);
    expect(json.translatedText).toContain("le gâteau");
    expect(json.sentences[0].missingTerms).toEqual(["cat"]);
  });

  test("an address asked otherwise says how it is to be asked", async () => {
    const found = await server.get("/translate?q=x");
    expect(found.json).toEqual({ error: "This address is asked with POST" });
    expect([found.status, found.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await server.post("/health", {})).headers.get("allow")).toBe("GET, HEAD");
    expect((await server.get("/nowhere")).status).toBe(404);
  });

  test("the document says which languages and how many of each there may be", async () => {
    const { paths } = (await server.get("/spec")).json;
    const { properties } = paths["/translate"].post.requestBody.content["application/json"].schema;
    expect([properties.source.enum, properties.target.enum]).toEqual([
      ["auto", "de", "en", "fr"],
      ["en", "fr"],
    ]);
    expect(properties.glossary.maxItems).toBe(100);
    const { content } = paths["/v1/translate"].post.responses["200"];
    expect(Object.keys(content)).toEqual(["application/json", "text/event-stream"]);
  });

  test("HTML keeps its tags, each once", async () => {
    const q = '<p class="a">the cat <b>eats</b> the bread</p><code>the dog</code>';
    const { status, json } = await server.post("/translate", { ...english, q, format: "html" });
    expect(status).toBe(200);
    expect(json.translatedText).toMatch(/^<p class="a">.*<b>.*<\/b>.*<\/p><code>the dog<\/code>$/);
  });

  test("without a direct model two translate, and the answer says so", async () => {
    const { json } = await server.post("/translate", {
      q: "the cat eats the bread",
      source: "de",
      target: "en",
    });
    expect(json).toMatchObject({ pivot: "fr", translatedText: expect.any(String) });
  });

  test("into the same language a text stays as it is", async () => {
    expect((await server.post("/translate", { ...english, target: "en" })).json.translatedText).toBe(
      english.q,
    );
  });

  test.each([
    ["no text", { source: "en", target: "fr" }, /^Invalid request: q: expected a text/],
    ["a number for a text", { ...english, q: 123 }, /^Invalid request: q: expected a text/],
    ["no source", { q: "x", target: "fr" }, /^Invalid request: missing source parameter$/],
    ["no target", { q: "x", source: "en" }, /^Invalid request: missing target parameter$/],
    ["a source that is not there", { ...english, source: "zz" }, /^zz is not supported$/],
    ["a target that is not there", { ...english, target: "zz" }, /^zz is not supported$/],
    [
      "no models that lead there",
      { ...english, source: "en", target: "de" },
      /^de is not available as a target/,
    ],
    ["another format", { ...english, format: "pdf" }, /^Invalid request: format/],
    ["an alternative less than none", { ...english, alternatives: -1 }, /^Invalid request: alternatives/],
    ["too many alternatives", { ...english, alternatives: 11 }, /exceeds the limit of 10/],
  ])("%s is refused with 400", async (_, body, message) => {
    const { status, json } = await server.post("/translate", body);
    expect({ status, keys: Object.keys(json) }).toEqual({ status: 400, keys: ["error"] });
    expect(json.error).toMatch(message);
  });
});

test("POST /detect, GET /languages, /health, /frontend/settings, /spec and /docs answer as documented", async () => {
  expect((await server.post("/detect", { q: "the cat" })).json).toEqual([
    { language: expect.any(String), confidence: expect.any(Number) },
  ]);
  expect((await server.get("/languages")).json).toEqual([
    { code: "de", name: "German", targets: ["en", "fr"] },
    { code: "en", name: "English", targets: ["fr"] },
    { code: "fr", name: "French", targets: ["en"] },
  ]);
  expect((await server.get("/health")).json).toEqual({ status: "ok" });
  const { json: settings } = await server.get("/frontend/settings");
  expect(settings).toMatchObject({ apiKeys: false, charLimit: 100_000, keyRequired: false });
  expect((await server.get("/spec")).json).toMatchObject({ openapi: "3.1.0", paths: { "/translate": {} } });
  expect((await server.get("/docs")).text).toContain("POST /translate");
  expect((await server.post("/suggest", { q: "a", s: "b", source: "en", target: "fr" })).json).toEqual({
    success: true,
  });
});

test("npm's `translate` translates with the engine libre", async () => {
  // Its types do not know the address, which its documentation has.
  const settings = { engine: "libre", url: `${server.address}/translate` } as const;
  const translate = Translate(settings);
  const cake = await translate("the child wants the cake", { from: "en", to: "fr" });
  expect(cake).toBe("l'enfant veut le gâteau");
});

test("npm's `libretranslate` asks for the languages, then sends an empty key", async () => {
  const headers = { "content-type": "application/json" };
  const languages = (await (await fetch(`${server.address}/languages`, { headers })).json()) as {
    code: string;
  }[];
  expect(languages.map(({ code }) => code)).toContain("fr");
  const { json } = await server.post("/translate", { ...english, format: "text", apiKey: "" });
  expect(json.translatedText).toBe("le chat mange le pain");
});

test("SIGTERM ends it with 0", async () => {
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});
