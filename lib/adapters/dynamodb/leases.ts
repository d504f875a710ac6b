import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Fence } from '../../domain/ids.ts';
import type { Shelf } from '../../domain/placement.ts';
import type { LeaseAsked, LeaseOutcome, Leases } from '../../ports/leases.ts';
import type { Database } from './database.ts';
import { marshall, shelf } from './rows.ts';

const exists = 'attribute_exists(sku)';
const enoughUnits = 'availableUnits >= :units';
const free = '(attribute_not_exists(leaseOwner) OR leaseUntilMs < :now)';
const current = 'fence = :fence';

/** The lease of `dynamodb-lease`: one conditional update, refused with the product's image. */
export const leasesOn = ({ attempt, tables }: Database): Leases => ({
  acquire: async (asked) => {
    const { sku, owner, units, nowMs, leaseMs } = asked;
    const command = new UpdateItemCommand({
      TableName: tables.products,
      Key: marshall({ sku }),
      UpdateExpression:
        'SET leaseOwner = :me, leaseUntilMs = :until, fence = if_not_exists(fence, :zero) + :one',
      ConditionExpression: `${exists} AND ${enoughUnits} AND ${free}`,
      ExpressionAttributeValues: marshall({
        ':me': owner,
        ':until': nowMs + leaseMs,
        ':now': nowMs,
        ':units': units,
        ':zero': 0,
        ':one': 1,
      }),
      ReturnValues: 'UPDATED_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const answer = await attempt((client) => client.send(command));
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') {
      const { fence } = shelf(answer.output.Attributes ?? {});
      return { kind: 'leased', fence: fence as Fence };
    }
    const row = answer.reasons[0]?.Item;
    return row === undefined ? { kind: 'unknown' } : refused(shelf(row), asked);
  },

  release: async (sku, fence) => {
    // Neither a lost condition nor a conflict matters: the lease is another's, or runs out.
    await attempt((client) =>
      client.send(
        new UpdateItemCommand({
          TableName: tables.products,
          Key: marshall({ sku }),
          UpdateExpression: 'REMOVE leaseOwner, leaseUntilMs',
          ConditionExpression: current,
          ExpressionAttributeValues: marshall({ ':fence': fence }),
        }),
      ),
    );
  },
});

/** One's own lease first: the reply that said so was lost. */
function refused(found: Shelf, { owner, units, nowMs }: LeaseAsked): LeaseOutcome {
  const { leaseOwner, leaseUntilMs = 0, fence, availableUnits } = found;
  const held = leaseOwner !== undefined && leaseUntilMs >= nowMs;
  if (held && leaseOwner === owner && fence !== undefined) return { kind: 'leased', fence };
  if (availableUnits < units) return { kind: 'short', shelf: found };
  return held ? { kind: 'taken', untilMs: leaseUntilMs } : { kind: 'contended' };
}
