/** Whatever the OpenAPI document allows, and much that it does not: no 500, no answer that it does not describe, no hang. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { folder } from "../cli/heed.ts";
import { type Served, served, smallTranslator } from "./served.ts";

type Schema = Readonly<Record<string, unknown>> & {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
};
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>
  >;
}

const files = folder();
let server: Served;
let routes: { path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  server = await served(await smallTranslator(files, "en-fr"), "--timeout", "20");
  const { paths } = (await server.get("/spec")).json as { paths: Record<string, Record<string, Operation>> };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
});

const words = fc.constantFrom(
  "the cat",
  "en",
  "fr",
  "auto",
  "",
  " ",
  "\u0000",
  "😀",
  "text",
  "html",
  "x".repeat(300),
);
const odd = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.object());

/** Values that mostly follow a schema. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const right = (): fc.Arbitrary<unknown> => {
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
    if (schema.type === "string") return fc.oneof(words, fc.string());
    if (schema.type === "integer") return fc.integer({ min: 0, max: 20 });
    if (schema.type === "number") return fc.double({ min: 0, max: 3, noNaN: true });
    if (schema.type === "boolean") return fc.boolean();
    if (schema.type === "array") return fc.array(valuesOf(schema.items ?? {}), { maxLength: 4 });
    if (schema.properties) {
      const fields = Object.entries(schema.properties).map(([name, each]) => [name, valuesOf(each)] as const);
      const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>;
      return fc.record(model, { requiredKeys: (schema.required as string[] | undefined) ?? [] });
    }
    return odd;
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: odd });
}

test("every route answers what the document says, and never with 500", { timeout: 180_000 }, async () => {
  const ajv = new Ajv2020({ strict: false });
  expect(routes.length).toBeGreaterThan(12);
  for (const { path, method, operation } of routes) {
    const asked = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
    const check = async (body: unknown): Promise<void> => {
      const began = performance.now();
      const answer = await (method === "GET" ? server.get(path) : server.post(path, body));
      const where = `${method} ${path} ${JSON.stringify(body)} -> ${answer.status} ${answer.text}`;
      expect(performance.now() - began, where).toBeLessThan(25_000);
      expect(answer.status, where).not.toBe(500);
      const described = operation.responses[String(answer.status)];
      expect(described, where).toBeDefined();
      const schema = described?.content?.["application/json"]?.schema;
      if (answer.json !== undefined && schema) expect(ajv.validate(schema, answer.json), where).toBe(true);
    };
    if (!asked) await check(undefined);
    else await fc.assert(fc.asyncProperty(valuesOf(asked), check), { numRuns: 60, seed: 23 });
  }
});
