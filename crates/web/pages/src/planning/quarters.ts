// The rest of the day by quarters of an hour, of one service or of all together.

import type { QuarterView, ServiceForecast } from '../protocol';

export interface Column {
  /** When it begins. */
  readonly from: string;
  /** How many numbers are expected, and in nine of ten days at least and at most. */
  readonly arrivals: number;
  readonly low: number;
  readonly high: number;
  /** How many of them wait longer than promised. */
  readonly late: number;
  /** Nine in ten wait no longer; of all services the longest such wait. */
  readonly p90_s: number | undefined;
  /** Counters; only of one service, since services share them. */
  readonly needed?: number | undefined;
  readonly open?: number;
  /** The services that have fewer counters than they need. */
  readonly short: readonly string[];
}

const isShort = ({ needed, open }: QuarterView): boolean => needed != null && needed > open;

export const alone = ({ service, quarters }: ServiceForecast): Column[] =>
  quarters.map((quarter) => ({
    from: quarter.from,
    arrivals: quarter.arrivals,
    low: quarter.arrivals_low,
    high: quarter.arrivals_high,
    late: quarter.late,
    p90_s: quarter.p90_s ?? undefined,
    needed: quarter.needed ?? undefined,
    open: quarter.open,
    short: isShort(quarter) ? [service] : [],
  }));

/**
 * All services in one. Each goes its own way, so that the sum's range is narrower than the sum of the ranges:
 * distances from the mean are added as squares.
 */
export function together(services: readonly ServiceForecast[]): Column[] {
  const froms = [...new Set(services.flatMap(({ quarters }) => quarters.map(({ from }) => from)))];
  froms.sort((a, b) => Date.parse(a) - Date.parse(b));
  return froms.map((from) => {
    const here = services.flatMap(({ service, quarters }) => {
      const quarter = quarters.find((quarter) => quarter.from === from);
      return quarter ? [{ service, quarter }] : [];
    });
    const sum = (of: (quarter: QuarterView) => number) => here.reduce((sum, { quarter }) => sum + of(quarter), 0);
    const arrivals = sum((quarter) => quarter.arrivals);
    const waits = here.flatMap(({ quarter }) => quarter.p90_s ?? []);
    return {
      from,
      arrivals,
      low: Math.max(0, arrivals - Math.sqrt(sum((quarter) => (quarter.arrivals - quarter.arrivals_low) ** 2))),
      high: arrivals + Math.sqrt(sum((quarter) => (quarter.arrivals_high - quarter.arrivals) ** 2)),
      late: sum((quarter) => quarter.late),
      p90_s: waits.length > 0 ? Math.max(...waits) : undefined,
      short: here.filter(({ quarter }) => isShort(quarter)).map(({ service }) => service),
    };
  });
}
