/** One rank that looks at what the library of MPI has done to its process. */
import koffi from "koffi";
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";
import { enlargeCallStacks } from "../../src/runtime/call-stacks.node.ts";

/** A module whose `read` loads from beyond its memory: (memory 1) (func (export "read") (result i32) i32.const -1 i32.load) */
const outOfBounds = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f, 0x03, 0x02],
  ...[0x01, 0x00, 0x05, 0x03, 0x01, 0x00, 0x01, 0x07, 0x08, 0x01, 0x04, 0x72, 0x65, 0x61, 0x64, 0x00, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x7f, 0x28, 0x02, 0x00, 0x0b],
);
const named = ["mmap", "munmap", "mremap", "madvise", "brk", "sbrk", "shmat", "shmdt"];

enlargeCallStacks();
const self = koffi.load(null);
const addressOf = self.func("dlsym", "void *", ["void *", "str"]);
const beginnings = (): string[] =>
  named.map((name) => String(koffi.decode(addressOf(null, name), koffi.array("uint8", 16))));
const before = beginnings();
const communicator = await openCommunicator();
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(outOfBounds));
let caught = "";
try {
  (exports.read as () => number)();
} catch (error) {
  caught = String(error);
}
const after = beginnings();
const overwritten = named.filter((_, i) => after[i] !== before[i]);
const { rank, size } = communicator;
console.log(JSON.stringify({ rank, size, result: { caught, overwritten } }));
await communicator.close();
