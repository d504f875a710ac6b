import { describe, expect, it } from '@jest/globals';
import { HELP, readOptions } from '../../../../bench/race/options.ts';
import { strategyNames } from '../../../../lib/domain/product.ts';

const read = (line: string, env: Record<string, string> = {}) =>
  readOptions(line === '' ? [] : line.split(' '), env).options;

describe('the race’s command line', () => {
  it('is 30 orders on 20 units once, against the shop of npm start, if nothing is said', () => {
    expect(read('')).toEqual({
      money: false,
      strategies: ['conditional-write'],
      orders: 30,
      units: 20,
      runs: 1,
      concurrency: 30,
      model: undefined,
      harness: 'offline',
      ownShop: false,
      url: undefined,
      defaultUrl: 'http://127.0.0.1:3000',
      json: undefined,
    });
  });

  it('tells of every strategy in its help', () => {
    for (const name of [...strategyNames, 'naive']) expect(HELP).toContain(name);
  });

  it('takes the numbers', () => {
    expect(read('--orders 200 --units 120 --runs 30 --concurrency 50')).toMatchObject({
      ...{ orders: 200, units: 120, runs: 30, concurrency: 50 },
    });
  });

  it('sends all orders at once unless told otherwise, and never more than there are', () => {
    expect(read('--orders 200').concurrency).toBe(200);
    expect(read('--orders 5 --concurrency 50').concurrency).toBe(5);
  });

  it('takes a shelf that is empty from the start', () => {
    expect(read('--units 0').units).toBe(0);
  });

  it.each([
    '--strategy conditional-write redis-spin',
    '--strategy conditional-write,redis-spin',
    '--strategy conditional-write --strategy redis-spin conditional-write',
  ])('reads %s, each strategy once', (line) => {
    expect(read(line).strategies).toEqual(['conditional-write', 'redis-spin']);
  });

  it.each(['--strategy all', '--strategy conditional-write,all'])('reads %s', (line) => {
    const { strategies, ownShop } = read(line);
    expect(strategies).toEqual([...strategyNames, 'naive']);
    // A running shop does not oversell on demand.
    expect(ownShop).toBe(true);
  });

  it.each([
    ['--thin', 'thin'],
    ['--workers', 'workers'],
  ])('starts a shop of its own for %s, whatever else runs', (line, harness) => {
    expect(read(`${line} --url http://127.0.0.1:3000`)).toMatchObject({ harness, ownShop: true });
  });

  it('puts shops of its own under the contention model, behind either harness', () => {
    const own = { ownShop: true, model: { roundTripMs: 5 } };
    expect(read('--model')).toMatchObject({ ...own, harness: 'offline' });
    expect(read('--model --thin')).toMatchObject({ ...own, harness: 'thin' });
    const slow = { CONTENTION_ROUND_TRIP_MS: '20' };
    expect(read('--model', slow).model).toEqual({ roundTripMs: 20 });
  });

  it('races for money instead if told so, with what goes along', () => {
    expect(read('--money --runs 5 --thin --model --json figures.json')).toMatchObject({
      ...{ money: true, runs: 5, harness: 'thin', model: { roundTripMs: 5 }, json: 'figures.json' },
    });
  });

  it('looks for the shop where PORT says, or where --url does', () => {
    expect(read('', { PORT: '4000' }).defaultUrl).toBe('http://127.0.0.1:4000');
    expect(read('--url http://localhost:8080/shop/').url).toBe('http://localhost:8080/shop');
  });
});

describe('a wrong command line names', () => {
  it.each([
    ['--strategy hope', 'Unknown strategy "hope": choose from conditional-write'],
    ['--strategy conditional-write hope', '"hope"'],
    ['hope', 'Unexpected argument "hope"'],
    ['--hope', '--hope'],
    ['--orders 0', '--orders needs a whole number from 1'],
    ['--orders 1.5', '"1.5"'],
    ['--orders 1e3', '"1e3"'],
    ['--units x', '--units needs a whole number from 0'],
    ['--units 1000000001', '--units'],
    ['--runs 0', '--runs'],
    ['--concurrency 0', '--concurrency'],
    ['--thin --workers', '--thin and --workers exclude each other'],
    ['--model --workers', '--workers and --model exclude each other'],
    ['--money --strategy all', '--money and --strategy exclude each other'],
    ['--money --orders 30', '--money and --orders exclude each other'],
    ['--money --units 20', '--money and --units exclude each other'],
    ['--money --concurrency 9', '--money and --concurrency exclude each other'],
    ['--money now', 'Unexpected argument "now"'],
    ['--url localhost:3000', '--url needs an http:// address'],
    ['--url https://example.org', '--url needs an http:// address'],
    ['--json=', '--json needs the name of a file'],
  ])('%s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('a PORT that is none', () => {
    expect(() => read('', { PORT: 'web' })).toThrow('PORT needs a whole number from 1 to 65535');
  });
});
