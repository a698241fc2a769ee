const encoder = new TextEncoder();

/**
 * Writes protobuf fields into one buffer, from its end to its start. A nested message is then complete when its length
 * is written in front of it, so one pass is enough and no byte moves. Write fields last to first.
 */
export class BackwardWriter {
  #buffer: Uint8Array;
  #view: DataView;
  /** Index of the byte written last; everything from here to the end is final. */
  #start: number;

  /** @param capacity  Initial size in bytes; the buffer grows as needed. */
  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity);
    this.#view = new DataView(this.#buffer.buffer);
    this.#start = capacity;
  }

  /** Marks the end of a message about to be written; pass it to `message` once the fields are written. */
  mark(): number {
    return this.#buffer.length - this.#start;
  }

  /** Closes the message that ends at `mark` by writing its length and tag. */
  message(field: number, mark: number): void {
    const length = this.#buffer.length - this.#start - mark;
    this.#reserve(20);
    this.#varint(length);
    this.#varint(field * 8 + 2);
  }

  /** A whole number as a 64-bit two's complement varint. */
  int(field: number, value: number | bigint): void {
    this.#reserve(20);
    if (typeof value === "bigint" || value < 0) this.#varint64(BigInt.asUintN(64, BigInt(value)));
    else this.#varint(value);
    this.#varint(field * 8);
  }

  /** A single-precision float. */
  float(field: number, value: number): void {
    this.#reserve(20);
    this.#start -= 4;
    this.#view.setFloat32(this.#start, value, true);
    this.#varint(field * 8 + 5);
  }

  /** Text as UTF-8. */
  string(field: number, text: string): void {
    const { length } = text;
    this.#reserve(length + 20);
    const begin = this.#start - length;
    for (let i = length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.bytes(field, encoder.encode(text));
        return;
      }
      this.#buffer[begin + i] = code;
    }
    this.#start = begin;
    this.#varint(length);
    this.#varint(field * 8 + 2);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length + 20);
    this.#start -= bytes.length;
    this.#buffer.set(bytes, this.#start);
    this.#varint(bytes.length);
    this.#varint(field * 8 + 2);
  }

  /** The bytes written, as a view of the buffer. */
  finish(): Uint8Array {
    return this.#buffer.subarray(this.#start);
  }

  #reserve(bytes: number): void {
    if (this.#start >= bytes) return;
    const used = this.#buffer.length - this.#start;
    const grown = new Uint8Array(Math.max(used + bytes, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(this.#start), grown.length - used);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
    this.#start = grown.length - used;
  }

  /** @param value  A whole number, 0 or more. It may exceed 2^32, hence arithmetic instead of shifts. */
  #varint(value: number): void {
    let size = 1;
    for (let more = value; more >= 128; more = Math.floor(more / 128)) size += 1;
    this.#start -= size;
    let at = this.#start;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) | 128;
    this.#buffer[at] = rest;
  }

  #varint64(value: bigint): void {
    const groups: number[] = [];
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
    groups.push(Number(rest));
    this.#start -= groups.length;
    this.#buffer.set(groups, this.#start);
  }
}
