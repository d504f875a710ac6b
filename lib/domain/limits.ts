/** The bounds of contract.md, in one place: quantities and stock in units, prices in minor units. */
export const QUANTITY_MAX = 99;
export const LINES_MAX = 40;
/** Products in one cart. */
export const CART_ITEMS_MAX = 100;
export const STOCK_MAX = 1_000_000_000;
export const PRICE_MINOR_MAX = 1_000_000_000;
export const NAME_CHARACTERS_MAX = 200;
export const CHARGE_MINOR_MAX = 10_000_000_000;
export const BALANCE_MINOR_MAX = 1_000_000_000_000;
