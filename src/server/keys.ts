/** Keys that clients show. A file has what they are checked against, from which none can be made. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { promisify } from "node:util";
import { heedError } from "../errors.ts";
import { readSmallText } from "../runs/read-file.node.ts";

/** A line of the file. */
interface KeyRecord {
  readonly name: string;
  /** The part of the key that says which line it is; it is no secret. */
  readonly id: string;
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
  /** Requests in a minute. Default: as many as the server allows. */
  readonly perMinute?: number;
}

export interface KeyHolder {
  readonly name: string;
  readonly perMinute?: number;
}

export interface Keys {
  /** Whose key it is; undefined for one that is not known. */
  readonly holderOf: (key: string) => Promise<KeyHolder | undefined>;
}

/** heed_ID_SECRET, the secret of 256 random bits. */
const KEY = /^heed_(?<id>[0-9a-f]{8})_(?<secret>[\w-]{43})$/;
/** Cost parameters of scrypt: 16 MB and some 50 ms a key. @see RFC 7914 */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const;
const BYTES = 32;

const hashOf = async (secret: string, salt: Buffer): Promise<Buffer> =>
  (promisify(scrypt) as (a: string, b: Buffer, c: number, d: typeof COST) => Promise<Buffer>)(
    secret,
    salt,
    BYTES,
    COST,
  );

/**
 * Makes a key and adds its line to a file, which only its owner can read.
 *
 * @returns the key, which is written nowhere.
 * @throws ERR_USAGE when the file has a key of that name.
 */
export async function makeKey(file: string, name: string, perMinute?: number): Promise<string> {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    const cause = `"${name}" is not a name of letters, digits, ".", "-" and "_"`;
    throw heedError("ERR_USAGE", { where: "--new-key", cause });
  }
  if (existsSync(file) && recordsIn(file).some((record) => record.name === name)) {
    const [cause, remedy] = [`${file} has a key "${name}"`, "choose another name, or remove its line"];
    throw heedError("ERR_USAGE", { where: "--new-key", cause, remedy });
  }
  const [id, secret, salt] = [
    randomBytes(4).toString("hex"),
    randomBytes(32).toString("base64url"),
    randomBytes(16),
  ];
  const hash = await hashOf(secret, salt);
  const record: KeyRecord = {
    name,
    id,
    salt: salt.toString("base64"),
    hash: hash.toString("base64"),
    ...(perMinute === undefined ? {} : { perMinute }),
  };
  try {
    appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw heedError("ERR_CREATE", { where: file, cause: `cannot be written (${code})` }, error);
  }
  return `heed_${id}_${secret}`;
}

/** @throws ERR_INPUT when the file cannot be read, ERR_DATA for a line that is not of a key or when there is none. */
export function readKeys(file: string): Keys {
  const records = new Map(recordsIn(file).map((record) => [record.id, record]));
  if (records.size === 0)
    throw heedError("ERR_DATA", {
      where: file,
      cause: "has no keys",
      remedy: `make one with heed serve --new-key NAME --keys ${file}`,
    });
  /** Keys that were right before, by a digest: scrypt is slow by intent. */
  const right = new Map<string, KeyHolder>();
  return {
    holderOf: async (key) => {
      const { id = "", secret = "" } = KEY.exec(key)?.groups ?? {};
      const record = records.get(id);
      if (!record) return undefined;
      const digest = createHash("sha256").update(key).digest("base64");
      const known = right.get(digest);
      if (known) return known;
      const hash = await hashOf(secret, Buffer.from(record.salt, "base64"));
      if (!timingSafeEqual(hash, Buffer.from(record.hash, "base64"))) return undefined;
      const { name, perMinute } = record;
      const holder = { name, ...(perMinute === undefined ? {} : { perMinute }) };
      right.set(digest, holder);
      return holder;
    },
  };
}

function recordsIn(file: string): KeyRecord[] {
  const lines = readSmallText(file).split("\n");
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [recordOf(line, `${file}:${i + 1}`)]));
}

function recordOf(line: string, where: string): KeyRecord {
  try {
    const record = JSON.parse(line) as KeyRecord;
    const isHash = Buffer.from(record.hash, "base64").length === BYTES;
    if (isHash && /^[0-9a-f]{8}$/.test(record.id) && record.name && record.salt) return record;
  } catch {} // It is said below.
  throw heedError("ERR_DATA", { where, cause: "this line is not one that --new-key wrote" });
}
