/**
 * metrics — figures for Prometheus.
 *
 * Words: a *counter* and a *histogram* are counted where something happens and belong to the process; a *figure* is asked
 * for when somebody reads /metrics (metrics-routes.ts), so that what costs a query costs nothing while nobody looks.
 *
 * Always true: no label holds an id or anything a stranger can choose, or the figures would grow without bound; the one
 * exception, usage by workspace, is a figure and lives for the length of one answer. Counting is an addition in memory.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What is counted in this process, wherever. */
const registry = new Registry();

/** A figure that only grows. Names end with `_total`. */
export function counter<Label extends string = never>(
  name: `chaski_${string}_total`,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** How long something took, in seconds. */
export function histogram<Label extends string = never>(
  name: `chaski_${string}_seconds`,
  help: string,
  buckets: readonly number[],
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [registry] });
}

let watching = false;

/** Event loop lag, garbage collection, memory, file handles. Watched from the first call on: it costs a timer. */
export function watchProcess(): void {
  if (watching) return;
  watching = true;
  collectDefaultMetrics({ register: registry });
}

/** All counters and histograms as Prometheus reads them. */
export function renderCounters(): Promise<string> {
  return registry.metrics();
}
