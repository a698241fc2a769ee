import { openPlan, type Plan, type PlanOptions, type Wanted } from "./look-plan.ts";
import type { Subject } from "./subject.ts";

/** Sessions that are kept open. */
const MOST = 16;

/** The programs of an inspector, opened when they are first asked for. */
export interface Plans {
  use<T>(wanted: Wanted, run: (plan: Plan) => Promise<T>): Promise<T>;
  close(): void;
}

interface Kept {
  readonly plan: Promise<Plan>;
  /** Looks that are under way. */
  users: number;
}

/** Keeps the programs that were used last; the others are closed once nothing runs in them. */
export function openPlans(options: PlanOptions, subject: Subject): Plans {
  // In the order of their last use.
  const kept = new Map<string, Kept>();
  const close = (key: string, { plan }: Kept): void => {
    kept.delete(key);
    plan.then(
      ({ program }) => program.close(),
      () => undefined,
    );
  };
  return {
    use: async (wanted, run) => {
      const key = JSON.stringify(wanted);
      const mine = kept.get(key) ?? { plan: openPlan(options, subject, wanted), users: 0 };
      kept.delete(key);
      kept.set(key, mine);
      mine.plan.catch(() => kept.delete(key));
      mine.users += 1;
      try {
        return await run(await mine.plan);
      } finally {
        mine.users -= 1;
        for (const [other, one] of kept) {
          if (kept.size <= MOST) break;
          if (one.users === 0) close(other, one);
        }
      }
    },
    close: () => {
      for (const [key, one] of kept) close(key, one);
    },
  };
}
