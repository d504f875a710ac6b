import { describe, expect, it } from '@jest/globals';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import type { StrategyName } from '../../lib/domain/product.ts';
import { BenchShop, tally, times } from './bench-shop.ts';
import { ledgerContract } from './ledger-contract.ts';
import { storeContract } from './store-contract.ts';
import { deciding } from '../strategies.ts';

/** Strategies differ in what contention costs, never in what is promised. */
describe.each(deciding)('the promises under %s', (strategy) => {
  it.each([...storeContract, ...ledgerContract])('$name', async ({ run }) => {
    const shop = new BenchShop(memoryShop());
    shop.strategy = strategy;
    await run(shop);
  });
});

it('sells every unit once while the strategy changes in mid-sale', async () => {
  const shop = new BenchShop(memoryShop());
  const sku = await shop.stocked('a', 200);
  const change = async (strategy: StrategyName) => {
    const [product] = await shop.ports.catalogue.find([sku]);
    if (product === undefined) throw new Error('the product is gone');
    const newVersion = `to-${strategy}` as typeof product.catalogueVersion;
    const { name, priceMinor, catalogueVersion } = product;
    const changed = { sku, name, priceMinor, strategy, newVersion, expected: [catalogueVersion] };
    return shop.ports.catalogue.change(changed);
  };
  const sold = [];
  for (const strategy of deciding) {
    const crowd = times(50, () => shop.place([[sku, 1]]));
    expect((await change(strategy)).kind).toBe('changed');
    sold.push(...(await Promise.all(crowd)));
  }
  expect(tally(sold)).toEqual({ placed: 200, insufficient: 100 });
  expect(await shop.left(sku)).toBe(0);
});
