import type { Fence } from '../../domain/ids.ts';
import type { Leases } from '../../ports/leases.ts';
import type { MemoryTables } from './shop.ts';

export const memoryLeases = ({ shelves }: MemoryTables): Leases => ({
  acquire: async ({ sku, owner, units, nowMs, leaseMs }) => {
    const shelf = shelves.get(sku);
    if (shelf === undefined) return { kind: 'unknown' };
    const { leaseOwner, leaseUntilMs = 0, fence = 0 } = shelf;
    const taken = leaseUntilMs >= nowMs && leaseOwner !== undefined;
    if (taken && leaseOwner === owner) return { kind: 'leased', fence: fence as Fence };
    if (shelf.availableUnits < units) return { kind: 'short', shelf };
    if (taken) return { kind: 'taken', untilMs: leaseUntilMs };
    const next = (fence + 1) as Fence;
    const leased = { leaseOwner: owner, leaseUntilMs: nowMs + leaseMs, fence: next };
    shelves.set(sku, { ...shelf, ...leased });
    return { kind: 'leased', fence: next };
  },

  release: async (sku, fence) => {
    const shelf = shelves.get(sku);
    if (shelf?.fence === fence) shelves.set(sku, { ...shelf, leaseUntilMs: 0 });
  },
});
