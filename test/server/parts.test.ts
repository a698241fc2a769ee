/** Small parts of the server: keys, addresses, directions, the cache. */
import { EventEmitter } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkOf } from "../../src/server/access.ts";
import { answerCache, cacheKey } from "../../src/server/answer-cache.ts";
import type { CatalogModel } from "../../src/server/catalog.ts";
import { directionsOf } from "../../src/server/directions.ts";
import { makeKey, readKeys } from "../../src/server/keys.ts";
import { goneSignal } from "../../src/server/request-log.ts";
import { folder } from "../cli/heed.ts";

const files = folder();

test("a key is known by its hash alone, in a file that only its owner reads", async () => {
  const file = join(files.path, "keys.jsonl");
  const key = await makeKey(file, "phone", 7);
  const other = await makeKey(file, "tablet");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const keys = readKeys(file);
  expect(await keys.holderOf(key)).toEqual({ name: "phone", perMinute: 7 });
  expect(await keys.holderOf(other)).toEqual({ name: "tablet" });
  // The id of one with the secret of the other.
  expect(await keys.holderOf(`${key.slice(0, 13)}_${other.slice(14)}`)).toBeUndefined();
  await expect(makeKey(file, "phone")).rejects.toThrow(/has a key "phone"; choose another name/);
  await expect(makeKey(file, "a b")).rejects.toThrow(/is not a name/);
  files.write("broken.jsonl", "{}\n");
  expect(() => readKeys(join(files.path, "broken.jsonl"))).toThrow(/broken\.jsonl:1: this line is not one/);
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("%s counts as %s", (ip, network) => expect(networkOf(ip)).toBe(network));

test("a direction is one model, or two through a third language", () => {
  const model = (source: string, target: string): CatalogModel => ({
    ...{ name: `${source}-${target}`, directory: "", task: "translate", maxLength: 10 },
    source,
    target,
  });
  const directions = directionsOf([
    model("de", "en"),
    model("en", "fr"),
    model("fr", "it"),
    model("en", "de"),
  ]);
  const names = (source: string, target: string) =>
    directions.between(source, target)?.models.map(({ name }) => name);
  expect(names("en", "fr")).toEqual(["en-fr"]);
  expect(names("de", "fr")).toEqual(["de-en", "en-fr"]);
  expect(directions.between("de", "fr")?.pivot).toBe("en");
  expect(names("de", "it")).toBeUndefined();
  expect(directions.languages.map(({ code, targets }) => [code, ...targets])).toEqual([
    ["de", "en", "fr"],
    ["en", "de", "fr", "it"],
    ["fr", "it"],
  ]);
});

test("the cache forgets what was used longest ago, and keys tell all options apart", () => {
  const cache = answerCache<string>(700);
  cache.set("a", "x".repeat(50));
  cache.set("b", "x".repeat(50));
  expect(cache.get("a")).toBeDefined();
  cache.set("c", "x".repeat(50));
  expect([cache.get("a"), cache.get("b"), cache.get("c")].map((each) => each !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  expect(cache.bytes).toBeLessThanOrEqual(700);
  cache.set("d", "x".repeat(1000));
  expect(cache.get("d")).toBeUndefined();
  expect(cacheKey({ bias: new Map([["a", 1]]) })).not.toBe(cacheKey({ bias: new Map([["a", 2]]) }));
});

test("what still runs for a request ends with its answer, as it does when the client goes", () => {
  const raw = Object.assign(new EventEmitter(), { writableFinished: true });
  const signal = goneSignal({ raw } as unknown as Parameters<typeof goneSignal>[0]);
  expect(signal.aborted).toBe(false);
  raw.emit("close");
  expect(signal.aborted).toBe(true);
});
