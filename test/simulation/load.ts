import './stand-ins/register.ts';

/** The functions under simulation, by file; their stand-ins must be registered before. */
const files = [
  'place-order',
  'pay-order',
  'charge-balance',
  'adjust-stock',
  'put-product',
  'get-balance',
];

for (const file of files) await import(`../../functions/${file}.ts`);
