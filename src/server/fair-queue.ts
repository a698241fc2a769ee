/** A queue in which every client gets its share, however much others have put in. */

export interface Queued {
  readonly client: string;
  readonly request: string;
  /** What serving it takes, in any unit. */
  readonly cost: number;
}

export interface FairQueue<T extends Queued> {
  readonly size: number;
  /** Sum of the costs. */
  readonly cost: number;
  readonly add: (items: readonly T[]) => void;
  /** Takes the next item; those of which `isFit` is false stay. Default: any is. */
  readonly next: (isFit?: (item: T) => boolean) => T | undefined;
  /** Takes out all items for which `isOut` is true. */
  readonly remove: (isOut: (item: T) => boolean) => T[];
}

interface Client<T> {
  /** Cost of what it was served since the queue was last empty, or the least of the others' when it came. */
  served: number;
  /** The items of each request in order; the request whose turn is next comes first. */
  readonly requests: Map<string, T[]>;
}

/**
 * Start-time fair queueing over clients, by cost, and round robin over the requests of one client.
 *
 * @see Goyal, Vin & Cheng 1996 - https://doi.org/10.1145/248157.248171
 */
export function fairQueue<T extends Queued>(): FairQueue<T> {
  const clients = new Map<string, Client<T>>();
  let size = 0;
  let cost = 0;

  const clientOf = (name: string): Client<T> => {
    const known = clients.get(name);
    if (known) return known;
    const least = Math.min(...[...clients.values()].map(({ served }) => served));
    const client = { served: Number.isFinite(least) ? least : 0, requests: new Map<string, T[]>() };
    clients.set(name, client);
    return client;
  };
  const forget = (name: string, client: Client<T>, request: string): void => {
    if (client.requests.get(request)?.length === 0) client.requests.delete(request);
    if (client.requests.size === 0) clients.delete(name);
  };
  const count = (item: T, sign: 1 | -1): void => {
    size += sign;
    cost += sign * item.cost;
  };

  return {
    get size() {
      return size;
    },
    get cost() {
      return cost;
    },
    add: (items) => {
      for (const item of items) {
        const { requests } = clientOf(item.client);
        const queue = requests.get(item.request);
        if (queue) queue.push(item);
        else requests.set(item.request, [item]);
        count(item, 1);
      }
    },
    next: (isFit = () => true) => {
      const inTurn = [...clients].sort(([, a], [, b]) => a.served - b.served);
      for (const [name, client] of inTurn) {
        for (const [request, items] of client.requests) {
          const [item] = items;
          if (item === undefined || !isFit(item)) continue;
          items.shift();
          count(item, -1);
          client.served += item.cost;
          // Its turn comes again after those of the client's other requests.
          client.requests.delete(request);
          client.requests.set(request, items);
          forget(name, client, request);
          return item;
        }
      }
      return undefined;
    },
    remove: (isOut) => {
      const out: T[] = [];
      for (const [name, client] of [...clients])
        for (const [request, items] of [...client.requests]) {
          const kept = items.filter((item) => !isOut(item));
          if (kept.length === items.length) continue;
          for (const item of items) if (isOut(item)) out.push(item);
          client.requests.set(request, kept);
          forget(name, client, request);
        }
      for (const item of out) count(item, -1);
      return out;
    },
  };
}

/** Fair queues of which one waits for the other. */
export interface RankedQueue<T extends Queued> extends FairQueue<T> {
  /** How many items go first. */
  readonly pressing: number;
  /** @param goesFirst  Before all that was added without it. Default false. */
  readonly add: (items: readonly T[], goesFirst?: boolean) => void;
}

export function rankedQueue<T extends Queued>(): RankedQueue<T> {
  const [first, second] = [fairQueue<T>(), fairQueue<T>()];
  return {
    get size() {
      return first.size + second.size;
    },
    get cost() {
      return first.cost + second.cost;
    },
    get pressing() {
      return first.size;
    },
    add: (items, goesFirst = false) => (goesFirst ? first : second).add(items),
    next: (isFit) => first.next(isFit) ?? second.next(isFit),
    remove: (isOut) => [...first.remove(isOut), ...second.remove(isOut)],
  };
}
