/** What is measured inside a page; as text, because it runs there. */
import type { Page } from "playwright-core";
import { median } from "../machine.ts";

/** Notes long tasks, and when the first translation and the picture of what was read stand in the page. */
export const watchPage = `
globalThis.watched = { translated: 0, read: 0 };
globalThis.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });
new MutationObserver(() => {
  const whole = document.querySelector('.translation[aria-busy="false"] bdi');
  if (!watched.translated && whole?.textContent.trim()) watched.translated = performance.now();
  if (!watched.read && document.querySelector(".bipartite .word")) watched.read = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
`;

/** Waits for an expression to hold in the page, which forbids what Playwright does for that. */
export async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await new Promise((next) => setTimeout(next, 50));
}

/** The long tasks since the last call, in words. */
export async function longTasks(page: Page): Promise<string> {
  const tasks = await page.evaluate<number[]>("tasks.splice(0)");
  const blocking = tasks.reduce((sum, duration) => sum + Math.max(0, duration - 50), 0);
  return `longest task ${Math.max(0, ...tasks).toFixed(0)} ms, blocking ${blocking.toFixed(0)} ms in all`;
}

/** From the click back from a tab that needs no model until all small pictures are drawn and a frame has passed. */
export async function redrawTime(page: Page, pictures: number): Promise<number> {
  await page.click("nav button:has-text('Train')");
  await until(page, "!document.querySelector('.thumbnail')");
  await page.waitForTimeout(300);
  return page.evaluate<number>(`new Promise((resolve) => {
    const tab = [...document.querySelectorAll("nav button")].find(({ textContent }) => textContent === "Heads");
    const start = performance.now();
    tab.click();
    const look = () => {
      const drawn = [...document.querySelectorAll(".thumbnail canvas")].filter(({ width }) => width > 100);
      if (drawn.length < ${pictures}) requestAnimationFrame(look);
      else resolve(performance.now() - start);
    };
    requestAnimationFrame(look);
  })`);
}

/** What the page's main thread has computed, in ms of CPU time: other programs do not change it much. */
async function busyTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
}

/** From an event until what follows from it is in the page and laid out, over 40 places; in words. */
export async function hoverTimes(page: Page, selector: string, type: string): Promise<string> {
  const before = await busyTime(page);
  const times = await page.evaluate<number[]>(`(async () => {
    const times = [];
    for (let i = 0; i < 40; i++) {
      const all = document.querySelectorAll(${JSON.stringify(selector)});
      const target = all[i % all.length];
      const { left, top, height } = target.getBoundingClientRect();
      const at = { clientX: left + 250, clientY: top + height / 3 + 7 * i, bubbles: true };
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      const changed = new Promise((resolve) => {
        const observer = new MutationObserver(() => { observer.disconnect(); resolve(true); });
        observer.observe(document.querySelector("main"), { subtree: true, childList: true, attributes: true, characterData: true });
        setTimeout(() => { observer.disconnect(); resolve(false); }, 200);
      });
      const start = performance.now();
      target.dispatchEvent(${type === "pointermove" ? "new PointerEvent" : "new MouseEvent"}(${JSON.stringify(type)}, at));
      const isChanged = await changed;
      void document.body.offsetHeight;
      if (isChanged) times.push(performance.now() - start);
    }
    return times;
  })()`);
  const busy = (await busyTime(page)) - before;
  const sorted = times.toSorted((a, b) => a - b);
  const late = sorted[Math.floor(0.95 * sorted.length)] ?? Number.NaN;
  return `${median(times).toFixed(1)} ms (95 % in ${late.toFixed(1)} ms, ${times.length} of 40; ${(busy / 40).toFixed(1)} ms of CPU each, painting included)`;
}
