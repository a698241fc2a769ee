/** `heed/data` in Node: with readers of files, gzip or not. */
export { hashFiles, type ReadOptions, readLines } from "./files.node.ts";
export * from "./index.ts";
export { hashPairs, type Pair, type PairSpec, readPairs } from "./pairs.node.ts";
