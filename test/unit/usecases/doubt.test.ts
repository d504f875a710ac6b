import { expect, it } from '@jest/globals';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import type { CatalogueVersion, RequestId } from '../../../lib/domain/ids.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { changeProduct } from '../../../lib/usecases/change-product.ts';
import { BenchShop, freshRequest, type Ports } from '../../contract/bench-shop.ts';

/**
 * An attempt whose reply never came may still land. So whatever it could overturn is not told as a
 * refusal afterwards, by any of the use cases that write.
 */

/** The first write is lost on the way, its fate unknown; the others go through. */
function firstLost(): { shop: BenchShop; lose: () => void } {
  const ports = memoryShop();
  let losing = false;
  const lossy =
    <Asked, Result>(write: (asked: Asked) => Promise<Result>) =>
    async (asked: Asked): Promise<Result> => {
      if (!losing) return write(asked);
      losing = false;
      throw new Unavailable('dynamodb', 'unknown');
    };
  const { stock, catalogue } = ports;
  const altered: Ports = {
    ...ports,
    stock: {
      ...stock,
      place: lossy((order) => stock.place(order)),
      adjust: lossy((move) => stock.adjust(move)),
    },
    catalogue: { ...catalogue, change: lossy((change) => catalogue.change(change)) },
  };
  return {
    shop: new BenchShop(altered),
    lose: () => {
      losing = true;
    },
  };
}

it('does not tell a shortage after a placement of unknown fate', async () => {
  const { shop, lose } = firstLost();
  const sku = await shop.stocked('a', 1);
  lose();
  await expect(shop.place([[sku, 2]])).rejects.toBeInstanceOf(Unavailable);
  lose();
  expect((await shop.place([[sku, 1]])).kind).toBe('placed');
});

it.each([-2, 1_000_000_000])(
  'does not refuse an adjustment by %i of unknown fate',
  async (units) => {
    const { shop, lose } = firstLost();
    const sku = await shop.stocked('a', 1);
    lose();
    await expect(shop.adjust(sku, units)).rejects.toBeInstanceOf(Unavailable);
  },
);

it('does not tell an admin of a stale version after a change of unknown fate', async () => {
  const { shop, lose } = firstLost();
  const sku = await shop.stocked('a', 1);
  const change = (ifMatch: CatalogueVersion, requestId: RequestId) =>
    changeProduct(
      shop.ports,
      { sku, name: 'n', priceMinor: 1, requestId, ifMatch: [ifMatch], ifNoneMatch: false },
      shop.patience(),
    );
  lose();
  const stale = 'another' as CatalogueVersion;
  await expect(change(stale, freshRequest())).rejects.toBeInstanceOf(Unavailable);
});
