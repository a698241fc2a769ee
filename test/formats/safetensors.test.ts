/** Safetensors: the bytes as the format says, and nothing but an error naming the file for anything else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import { bytesPerElement, type DType, type HostArray, hostArray } from "../../src/ir/dtype.ts";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "int64", "bool"];

/** A file laid out by hand: length, header padded with spaces to 8 bytes, data. */
function file(header: string, data: readonly number[] = [], padding = " "): Uint8Array {
  const json = Buffer.from(header);
  const padded = Buffer.concat([json, Buffer.from(padding.repeat((8 - (json.length % 8)) % 8))]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Uint8Array.from(Buffer.concat([length, padded, Buffer.from(data)]));
}

function refusal(bytes: Uint8Array): HeedError {
  try {
    decodeSafetensors(bytes, "weights.safetensors");
  } catch (error) {
    if (error instanceof HeedError) return error;
    throw error;
  }
  throw new Error("the file was read");
}

function expectRefused(bytes: Uint8Array, message: RegExp = /./): void {
  const error = refusal(bytes);
  expect(error.code).toBe("ERR_MODEL");
  expect(error.exit).toBe(65);
  expect(error.message).toMatch(/^weights\.safetensors: /);
  expect(error.message).toMatch(message);
}

const bytesOf = ({ data }: NamedTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const small = new Map<string, NamedTensor>([
  ["weight", { dtype: "float32", shape: [2, 1], data: Float32Array.of(1, -2) }],
  ["mask", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["count", { dtype: "int64", shape: [], data: BigInt64Array.of(-2n) }],
]);

// Widest first, then by name, as the format's own writer does it.
const golden = file(
  '{"__metadata__":{"format":"pt"},' +
    '"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
    '"weight":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},' +
    '"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}}',
  [0xfe, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1],
);

describe("writing and reading", () => {
  test("gives the bytes that the format lays down", () => {
    expect(Buffer.from(encodeSafetensors(small)).toString("latin1")).toBe(
      Buffer.from(golden).toString("latin1"),
    );
  });

  test("reads those bytes", () => {
    expect(decodeSafetensors(golden, "golden")).toEqual(small);
  });

  test("gives equal bytes whatever the order of the tensors", () => {
    expect(encodeSafetensors([...small].reverse())).toEqual(golden);
  });

  test("reads a file that begins at an odd byte of its buffer", () => {
    const shifted = new Uint8Array(golden.length + 3);
    shifted.set(golden, 3);
    expect(decodeSafetensors(shifted.subarray(3), "golden")).toEqual(small);
  });

  test("writes the part of a buffer that an array shows, not the buffer", () => {
    const data = Float32Array.of(9, 1, -2, 9).subarray(1, 3);
    const bytes = encodeSafetensors([["weight", { dtype: "float32", shape: [2], data }]]);
    expect(decodeSafetensors(bytes, "part").get("weight")?.data).toEqual(Float32Array.of(1, -2));
  });

  test("needs neither metadata nor padding of the header", () => {
    const header = '{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}';
    expect(header.length % 8).not.toBe(0);
    const bytes = Buffer.concat([Buffer.alloc(8), Buffer.from(header), Buffer.of(7, 0, 0, 0)]);
    bytes.writeBigUInt64LE(BigInt(header.length));
    expect(decodeSafetensors(bytes, "plain").get("a")?.data).toEqual(Int32Array.of(7));
  });

  test("no tensors at all is a file too", () => {
    expect(decodeSafetensors(encodeSafetensors([]), "empty").size).toBe(0);
  });

  test("tensors may have any name, even those of the header's own keys", () => {
    const data = Float32Array.of(1);
    const names = [
      "data_offsets",
      "dtype",
      "__proto__",
      "constructor",
      "0",
      'quote " and \\',
      "日本語 😀",
      "",
    ];
    const tensors = new Map(
      names.map((name): [string, NamedTensor] => [name, { dtype: "float32", shape: [1], data }]),
    );
    expect([...decodeSafetensors(encodeSafetensors(tensors), "names").keys()].sort()).toEqual(names.sort());
  });

  test("anything comes back as it was, NaN and -0 included", () => {
    const tensor = fc
      .record({
        dtype: fc.constantFrom(...dtypes),
        shape: fc.array(fc.nat(4), { maxLength: 3 }),
        seed: fc.nat(255),
      })
      .map(({ dtype, shape, seed }): NamedTensor => {
        const data: HostArray = hostArray(
          dtype,
          shape.reduce((n, size) => n * size, 1),
        );
        const bytes = new Uint8Array(data.buffer);
        bytes.forEach((_, i) => {
          bytes[i] = dtype === "bool" ? (seed + i) % 2 : (seed * 37 + i * 101) % 256;
        });
        return { dtype, shape, data };
      });
    const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 6 }), (entries) => {
        const tensors = new Map(entries);
        const read = decodeSafetensors(encodeSafetensors(tensors), "any");
        expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [key, { dtype, shape, data }] of tensors) {
          const back = read.get(key) as NamedTensor;
          expect(back).toMatchObject({ dtype, shape });
          expect(bytesOf(back)).toEqual(bytesOf({ dtype, shape, data }));
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe("a file that is damaged or hostile is refused with its name", () => {
  test("cut off at any byte", () => {
    for (let length = 0; length < golden.length; length++) expectRefused(golden.subarray(0, length));
  });

  test("with bytes after the last tensor", () => {
    expectRefused(Uint8Array.from([...golden, 0]), /1 bytes follow/);
  });

  const one = (entry: string, data: readonly number[] = [0, 0, 0, 0]): Uint8Array =>
    file(`{"a":${entry}}`, data);
  const entry = (dtype: string, shape: string, offsets: string): string =>
    `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;
  const a = entry('"F32"', "[1]", "[0,4]");

  test.each([
    ["0", 0n],
    ["beyond the file", BigInt(golden.length - 7)],
    ["100,000,001", 100_000_001n],
    ["2^63", 2n ** 63n],
    ["2^64 - 1", 2n ** 64n - 1n],
  ])("with a header length of %s, at once", (_, length) => {
    const bytes = golden.slice();
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    const start = performance.now();
    expectRefused(bytes);
    expect(performance.now() - start).toBeLessThan(200);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["a header that is an array", file("[1]"), /\{/],
    ["a header that is not JSON", file('{"a":'), /JSON/],
    ["a header with NULs behind it", file(`{"a":${a}}`, [0, 0, 0, 0], "\0"), /JSON/],
    ["a header with a byte order mark", file(`\ufeff{"a":${a}}`, [0, 0, 0, 0]), /\{/],
    ["null for a tensor", one("null"), /dtype/],
    ["a number for a tensor", one("3"), /dtype/],
    ["an unknown dtype", one(entry('"F33"', "[1]", "[0,4]")), /F33/],
    ["a dtype named like an object's own property", one(entry('"constructor"', "[1]", "[0,4]")), /dtype/],
    ["a dtype that is a number", one(entry("3", "[1]", "[0,4]")), /dtype/],
    ["a dtype of another width", one(entry('"F64"', "[1]", "[0,4]")), /needs 8/],
    ["no shape", one('{"dtype":"F32","data_offsets":[0,4]}'), /shape/],
    ["a negative size", one(entry('"F32"', "[-1]", "[0,4]")), /shape/],
    ["a fractional size", one(entry('"F32"', "[1.5]", "[0,4]")), /shape/],
    ["a size of text", one(entry('"F32"', '["1"]', "[0,4]")), /shape/],
    ["sizes whose product overflows", one(entry('"F32"', "[4294967296,4294967296]", "[0,4]")), /needs/],
    ["sizes beyond all integers", one(entry('"F32"', "[1e300,1e300,0]", "[0,4]")), /shape/],
    ["no offsets", one('{"dtype":"F32","shape":[1]}'), /offsets/],
    ["one offset", one(entry('"F32"', "[1]", "[0]")), /offsets/],
    ["three offsets", one(entry('"F32"', "[1]", "[0,4,8]")), /offsets/],
    ["a negative offset", one(entry('"F32"', "[1]", "[-4,0]")), /offsets/],
    ["a fractional offset", one(entry('"F32"', "[1]", "[0.5,4.5]")), /offsets/],
    ["an offset of 2^60", one(entry('"F32"', "[1]", "[1152921504606846976,1152921504606846980]")), /offsets/],
    ["offsets the wrong way round", one(entry('"F32"', "[1]", "[4,0]")), /-4 bytes/],
    ["an end beyond the file", one(entry('"F32"', "[2]", "[0,8]")), /"a"/],
    ["a hole in front", one(entry('"F32"', "[1]", "[4,8]"), [0, 0, 0, 0, 0, 0, 0, 0]), /hole/],
    ["two tensors at one place", file(`{"a":${a},"b":${a}}`, [0, 0, 0, 0]), /overlaps/],
    [
      "tensors that overlap",
      file(
        `{"a":${entry('"F32"', "[2]", "[0,8]")},"b":${entry('"F32"', "[2]", "[4,12]")}}`,
        Array(12).fill(0),
      ),
      /overlaps/,
    ],
    [
      "an empty tensor far away",
      file(`{"a":${a},"b":${entry('"F32"', "[0]", "[2,2]")}}`, [0, 0, 0, 0]),
      /hole/,
    ],
    [
      "one name for two tensors",
      file(`{"a":${a},"a":${entry('"I32"', "[1]", "[0,4]")}}`, [0, 0, 0, 0]),
      /twice/,
    ],
    ["one name for two tensors, one escaped", file(`{"a":${a},"\\u0061":${a}}`, [0, 0, 0, 0]), /twice/],
    ["one name for a tensor and a number", file(`{"a":1,"a":${a}}`, [0, 0, 0, 0]), /twice/],
    [
      "two dtypes for one tensor",
      one('{"dtype":"I32","dtype":"F32","shape":[1],"data_offsets":[0,4]}'),
      /twice/,
    ],
  ])("with %s", (_, bytes, message) => {
    expectRefused(bytes, message);
  });

  test("with a name that is not UTF-8", () => {
    const bytes = one(a).slice();
    bytes[10] = 0xff;
    expectRefused(bytes, /UTF-8/);
  });

  test("changed anywhere, it is read or refused but never anything else", () => {
    let refused = 0;
    const runs = 3000;
    fc.assert(
      fc.property(fc.nat(golden.length - 1), fc.nat(255), fc.nat(golden.length), (at, byte, length) => {
        const bytes = golden.slice(0, at % 3 === 0 ? length : undefined);
        bytes[at] = byte;
        try {
          for (const tensor of decodeSafetensors(bytes, "weights.safetensors").values())
            expect(tensor.data.length).toBe(tensor.shape.reduce((n, size) => n * size, 1));
        } catch (error) {
          if (!(error instanceof HeedError)) throw error;
          expect(error.message).toMatch(/^weights\.safetensors: /);
          refused++;
        }
      }),
      { numRuns: runs, seed: 2 },
    );
    expect(refused).toBeGreaterThan(runs / 3);
  });

  test("and takes no memory that the file itself does not have", () => {
    const many = Array.from(
      { length: 1000 },
      (_, i) => `"${i}":${entry('"F64"', "[1000000]", "[0,8000000]")}`,
    );
    const before = process.memoryUsage().arrayBuffers;
    expectRefused(file(`{${many.join()}}`));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

test("writes nothing that cannot be read", () => {
  const one = { dtype: "float32", shape: [1], data: new Float32Array(1) } as const;
  const encode =
    (...named: [string, NamedTensor][]) =>
    () =>
      encodeSafetensors(named);
  expect(encode(["__metadata__", one])).toThrow('tensor "__metadata__": the name is reserved by the format');
  expect(encode(["a", one], ["a", one])).toThrow('tensor "a": the name occurs twice');
  expect(encode(["a", { ...one, shape: [2] }])).toThrow(
    '"a" needs 2 of float32, but its data is a Float32Array of 1',
  );
  expect(encode(["a", { ...one, dtype: "int32" }])).toThrow(
    '"a" needs 1 of int32, but its data is a Float32Array of 1',
  );
});

test("says of the format's other types what they are", () => {
  const bytes = file('{"a":{"dtype":"U16","shape":[1],"data_offsets":[0,2]}}', [0, 0]);
  expect(() => decodeSafetensors(bytes, "x")).toThrow(
    'x: "a" has dtype U16; convert it to one of F32, F64, I32, I64, BOOL, F16, BF16',
  );
});

test("every element type has a code", () => {
  for (const dtype of dtypes) {
    const bytes = encodeSafetensors([["x", { dtype, shape: [2], data: hostArray(dtype, 2) }]]);
    expect(decodeSafetensors(bytes, "x").get("x")?.data.byteLength).toBe(2 * bytesPerElement[dtype]);
  }
});
