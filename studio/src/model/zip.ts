/**
 * Packs files into a zip archive, stored as they are: weights do not compress.
 *
 * @param files  Contents by path, with "/" between folders; at most 4 GiB in all.
 * @see PKWARE, APPNOTE.TXT, 4.3 - https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const entries: {
    readonly name: Uint8Array;
    readonly data: Uint8Array;
    readonly crc: number;
    at: number;
  }[] = [];
  let size = 0;
  let directory = 0;
  for (const [path, data] of files) {
    const name = new TextEncoder().encode(path);
    entries.push({ name, data, crc: crc32(data), at: size });
    size += LOCAL + name.length + data.length;
    directory += CENTRAL + name.length;
  }
  const bytes = new Uint8Array(size + directory + END);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (...fields: readonly (readonly [width: 2 | 4, value: number])[]): void => {
    for (const [width, value] of fields) {
      if (width === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += width;
    }
  };
  const append = (data: Uint8Array): void => {
    bytes.set(data, at);
    at += data.length;
  };
  /** What an entry says of itself in both places. */
  const described = ({ name, data, crc }: (typeof entries)[number]) =>
    [
      [2, VERSION],
      [2, UTF8],
      [2, STORED],
      [2, 0], // midnight…
      [2, FIRST_DAY], // …of 1 January 1980: the same files give the same archive
      [4, crc],
      [4, data.length],
      [4, data.length],
      [2, name.length],
      [2, 0], // no extra field
    ] as const;
  for (const entry of entries) {
    put([4, 0x04034b50], ...described(entry));
    append(entry.name);
    append(entry.data);
  }
  for (const entry of entries) {
    // No comment, the first disk, no attributes.
    put([4, 0x02014b50], [2, VERSION], ...described(entry), [2, 0], [2, 0], [2, 0], [4, 0], [4, entry.at]);
    append(entry.name);
  }
  const count = entries.length;
  put([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory], [4, size], [2, 0]);
  return bytes;
}

/** Lengths of the headers, without names. */
const [LOCAL, CENTRAL, END] = [30, 46, 22];
const [VERSION, UTF8, STORED, FIRST_DAY] = [20, 1 << 11, 0, (1 << 5) | 1];

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The CRC-32 of zip, gzip and PNG. */
export function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
