/** Answers requests on a thread of its own. */
import { requests } from "./requests.ts";

interface Call {
  readonly name: keyof typeof requests;
  readonly args: readonly unknown[];
}
declare const self: {
  onmessage: (event: { readonly data: Call }) => void;
  postMessage(message: unknown): void;
};

self.onmessage = ({ data: { name, args } }) => {
  const request = requests[name] as (...args: readonly unknown[]) => Promise<unknown>;
  request(...args).then(
    (result) => self.postMessage({ result }),
    (error) => self.postMessage({ error: String(error) }),
  );
};
