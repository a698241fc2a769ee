import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { hashFiles, readLines } from "../../src/data/files.node.ts";
import { all, failure, temporary, temporaryFolder } from "./files.ts";

const text = "Guten Tag.\n\nZwei Hunde \u2028 spielen.\n";
const expected = ["Guten Tag.", "", "Zwei Hunde \u2028 spielen."];

describe("the lines of a file", () => {
  test("are read plain and from gzip, whatever the name", async () => {
    expect(await all(readLines(temporary(text)))).toEqual(expected);
    expect(await all(readLines(temporary(gzipSync(text), "text.gz")))).toEqual(expected);
    expect(await all(readLines(temporary(gzipSync(text), "text.txt")))).toEqual(expected);
  });

  test("are read from several gzip files put together", async () => {
    const joined = Buffer.concat([gzipSync("a\nb"), gzipSync("c\nd\n")]);
    expect(await all(readLines(temporary(joined)))).toEqual(["a", "bc", "d"]);
  });

  test("of an empty file and of an empty gzip are none", async () => {
    expect(await all(readLines(temporary("")))).toEqual([]);
    expect(await all(readLines(temporary(gzipSync(""))))).toEqual([]);
    expect(await all(readLines(temporary("x")))).toEqual(["x"]);
  });

  test("many, across chunks, are all there", async () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `Satz ${i} äöü`);
    expect(await all(readLines(temporary(gzipSync(`${many.join("\n")}\n`))))).toEqual(many);
    expect(await all(readLines(temporary(`${many.join("\r\n")}\r\n`)))).toEqual(many);
  });

  test("are left early without an error, plain and gzip", async () => {
    const content = "line\n".repeat(300_000);
    for (const path of [temporary(content), temporary(gzipSync(content))]) {
      for await (const line of readLines(path)) {
        expect(line).toBe("line");
        break;
      }
    }
  });
});

describe("a file that cannot be read", () => {
  test("is an input error that says why", async () => {
    expect(await failure(readLines("/no/such/file"))).toMatchObject({
      code: "ERR_INPUT",
      exit: 66,
      message: "/no/such/file: no such file",
    });
    expect(await failure(readLines(temporaryFolder))).toMatchObject({
      code: "ERR_INPUT",
      message: `${temporaryFolder}: is a directory, not a file`,
    });
    expect(await failure(readLines(join(temporary("x"), "y")))).toMatchObject({ code: "ERR_INPUT" });
  });

  test.skipIf(process.getuid?.() === 0)("because of its permissions says so (skipped for root)", async () => {
    const path = temporary("x");
    chmodSync(path, 0);
    expect(await failure(readLines(path))).toMatchObject({
      code: "ERR_INPUT",
      message: `${path}: permission denied`,
    });
  });
});

describe("a damaged gzip file", () => {
  const whole = gzipSync(Array.from({ length: 5000 }, (_, i) => `Satz ${i * 7919}`).join("\n"));

  test.each([3, 9, 11, 100, whole.length >> 1, whole.length - 9, whole.length - 1])(
    "cut after %i bytes is refused, not a short corpus",
    async (length) => {
      const path = temporary(whole.subarray(0, length), "cut.gz");
      expect(await failure(readLines(path))).toMatchObject({
        code: "ERR_DATA",
        exit: 65,
        message: `${path}: the gzip file is truncated; download or compress it again`,
      });
    },
  );

  test.each([0, 1])("cut after %i bytes is known by its name", async (length) => {
    const path = temporary(whole.subarray(0, length), "cut.gz");
    expect(await failure(readLines(path))).toMatchObject({
      code: "ERR_DATA",
      message: expect.stringContaining("named .gz but not a gzip file"),
    });
  });

  test.each([20, whole.length >> 1, whole.length - 6])("with byte %i changed is refused", async (at) => {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 0x55;
    expect(await failure(readLines(temporary(changed)))).toMatchObject({ code: "ERR_DATA" });
  });
});

describe("a decompression bomb", () => {
  test("of lines stops at the cap", async () => {
    const path = temporary(gzipSync(`${"a".repeat(99)}\n`.repeat(20_000)));
    expect(await failure(readLines(path, { maxDecompressedBytes: 1_000_000 }))).toMatchObject({
      code: "ERR_DATA",
      message: `${path}: is cut off, or decompresses to more than 1000000 bytes; if it should be this large, unpack it first`,
    });
    expect(await all(readLines(path, { maxDecompressedBytes: 2_000_000 }))).toHaveLength(20_000);
  });

  test("is refused by what its end says, before its first line", async () => {
    const path = temporary(gzipSync("a b\n".repeat(300_000)));
    const lines = readLines(path, { maxDecompressedBytes: 1_000_000 });
    await expect(lines.next()).rejects.toMatchObject({
      message: expect.stringContaining("is cut off, or decompresses to more than 1000000 bytes"),
    });
  });

  test("of 2 GB of zeros and a line of 10 MB stop at their limits in little memory", async () => {
    const zeros = join(temporaryFolder, "zeros.gz");
    const member = gzipSync(new Uint8Array(2 ** 26));
    writeFileSync(zeros, Buffer.concat(Array.from({ length: 32 }, () => member)));
    const long = temporary("x".repeat(10_000_000));
    const before = process.memoryUsage.rss();
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 5);
    expect(await failure(readLines(zeros))).toMatchObject({
      message: `${zeros}:1: line longer than 1048576 bytes; put each sentence on its own line`,
    });
    // Without a limit on lines the cap on decompressed bytes holds.
    expect(await failure(hashFiles([zeros], { maxDecompressedBytes: 2 ** 28 }))).toMatchObject({
      message: expect.stringContaining("decompresses to more than 268435456 bytes"),
    });
    expect(await failure(readLines(long))).toMatchObject({
      message: `${long}:1: line longer than 1048576 bytes; put each sentence on its own line`,
    });
    clearInterval(timer);
    expect(peak - before).toBeLessThan(64 * 2 ** 20);
  });
});

test("a hash is the SHA-256 over the files' own, and sees what a reader sees", async () => {
  const path = temporary("abc");
  const inner = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const outer = execFileSync("sha256sum", { input: Buffer.from(inner, "hex"), encoding: "utf8" }).split(
    " ",
  )[0];
  expect(await hashFiles([path])).toBe(outer);
  expect(await failure(hashFiles(["/no/such/file"]))).toMatchObject({ code: "ERR_INPUT" });
});
