import type { Sku } from '../../domain/ids.ts';
import type { Sales } from '../../ports/sales.ts';
import type { MemoryTables } from './shop.ts';

export const memorySales = ({ sales, paidUnits }: MemoryTables): Sales => ({
  count: async ({ marks, counters }) => {
    const known = new Map(
      marks
        .map(({ orderId, from }) => ({
          orderId,
          from,
          phase: sales.get(orderId) ?? ('none' as const),
        }))
        .filter(({ from, phase }) => from !== phase)
        .map(({ orderId, phase }) => [orderId, phase] as const),
    );
    if (known.size > 0) return { kind: 'moved', known };
    for (const { orderId, to } of marks) sales.set(orderId, to);
    for (const { day, sku, units } of counters) {
      const ofDay = paidUnits.get(day) ?? new Map<Sku, number>();
      paidUnits.set(day, ofDay.set(sku, (ofDay.get(sku) ?? 0) + units));
    }
    return { kind: 'counted' };
  },

  paidUnits: async (days) => {
    const sums = new Map<Sku, number>();
    for (const [sku, units] of days.flatMap((day) => [...(paidUnits.get(day) ?? [])])) {
      sums.set(sku, (sums.get(sku) ?? 0) + units);
    }
    return sums;
  },
});
