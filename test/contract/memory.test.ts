import { describe, it } from '@jest/globals';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { BenchShop } from './bench-shop.ts';
import { ledgerContract } from './ledger-contract.ts';
import { storeContract } from './store-contract.ts';

describe('the store in memory', () => {
  it.each([...storeContract, ...ledgerContract])('$name', ({ run }) =>
    run(new BenchShop(memoryShop())),
  );
});
