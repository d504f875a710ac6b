/** Longer than anybody may hold a lock, so that a fence is forgotten only by those who need none. */
const MEMORY_MS = 3_600_000;

/** Longer than any request waits; a queue holds customers' orders, and is not kept for longer. */
export const QUEUE_MS = 60_000;

/** The counter of a key's fences: one for all kinds of locks, so that a change of kind goes on. */
export const fenceKey = (key: string): string => `lock:{${key}}:fence`;

/** Names the last holder whose work met an outage: of no kind of lock in particular either. */
export const outageKey = (key: string): string => `lock:{${key}}:outage`;

/**
 * Lua: `nowUs` and `nowMs`, the server's time, and `nextFence(counter, above)`, the number of whoever
 * gets the lock next, as text.
 *
 * A fence is what makes a lock safe to rely on: its holder may be paused until long after its lease,
 * and only the store, which has seen a newer number, can turn it away (M. Kleppmann, "How to do
 * distributed locking", 2016). It grows by one, by time, and beyond what the store has seen: so it
 * outlives a server that forgot its counter (the time goes on), a clock that fell back (the counter
 * goes on), and both at once (the loser learns the store's fence and asks for a newer one).
 * Microseconds since 1970 stay below 2^53, and `%.0f` writes them without an exponent.
 */
export const FENCE_LUA = `
local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local nowMs = math.floor(nowUs / 1000)

local function nextFence(counter, above)
  local previous = tonumber(redis.call('GET', counter) or '0')
  local fence = string.format('%.0f', math.max(previous + 1, nowUs, tonumber(above) + 1))
  redis.call('SET', counter, fence, 'PX', ${MEMORY_MS})
  return fence
end
`;
