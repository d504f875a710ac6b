import { FENCE_LUA } from './fence.ts';

/** Long enough for a timer that fires late and a message that travels slowly. */
const GRACE_MS = 500;
/** Whoever waits says so more often; what outlives that has been abandoned. */
const QUEUE_MS = 3_600_000;

/**
 * Lua: KEYS[1] holds "<owner's id> <fence>" and ends with the lease; KEYS[2] counts the fences.
 *
 * Who finds itself the owner did not hear of it: the answer was lost, or the message. The lease
 * begins anew, since the work has not begun.
 */
const HOLDER_LUA = `
local function holder()
  return string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+)$')
end

local function grant(id, leaseMs, above)
  local fence = nextFence(KEYS[2], above)
  redis.call('SET', KEYS[1], id .. ' ' .. fence, 'PX', leaseMs)
  return fence
end

local function ownAgain(id, leaseMs)
  local owner, fence = holder()
  if owner == id then redis.call('PEXPIRE', KEYS[1], leaseMs) return owner, fence end
  return owner
end
`;

/** Got it, with the fence; or not, with how long it is held at most, in ms. */
export type Answer = readonly [1, string] | readonly [0, number];

/** KEYS: holder, fence. ARGV: id, lease in ms, the fence that the store has seen. */
export const TRY_LUA = `${FENCE_LUA}${HOLDER_LUA}
local id, leaseMs, above = unpack(ARGV)
local owner, fence = ownAgain(id, leaseMs)
if fence then return {1, fence} end
if owner then return {0, redis.call('PTTL', KEYS[1])} end
return {1, grant(id, leaseMs, above)}
`;

/** KEYS: holder, fence. ARGV: id. Answers 1 if the lock was still the caller's. */
export const RELEASE_LUA = `${FENCE_LUA}${HOLDER_LUA}
if holder() ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/**
 * Lua: KEYS[3] lists the ids of those who wait, in order; KEYS[4] says of each until when (ms since
 * the epoch) its process is known to live, what lease and fence it wants, and where it is reached.
 *
 * Whoever is handed the lock owns it at once, by this script, so nobody slips in between. One who is
 * dead by then would keep the others waiting for a lease, and is passed over; but the caller lives.
 */
const QUEUE_LUA = `
local function handOver(caller)
  while true do
    local id = redis.call('LPOP', KEYS[3])
    if not id then return nil end
    local entry = redis.call('HGET', KEYS[4], id) or ''
    redis.call('HDEL', KEYS[4], id)
    local untilMs, leaseMs, above, address = string.match(entry, '^(%d+) (%d+) (%d+) (%S+)$')
    if untilMs and (tonumber(untilMs) > nowMs or id == caller) then
      local fence = grant(id, leaseMs, above)
      if id ~= caller then redis.call('PUBLISH', address, id .. ' ' .. fence) end
      return id, fence
    end
  end
end
`;

/**
 * KEYS: holder, fence, queue, waiting. ARGV: id, lease in ms, the fence that the store has seen, in
 * how many ms at most the caller asks again or leaves, its address.
 *
 * A lock without a holder goes to the head of the queue, whoever asks: so one who asks when the
 * lease of a dead holder has run out helps the others too. Asked again, it keeps the caller's place.
 */
export const ENTER_LUA = `${FENCE_LUA}${HOLDER_LUA}${QUEUE_LUA}
local id, leaseMs, above, waitMs, address = unpack(ARGV)
local owner, fence = ownAgain(id, leaseMs)
if fence then return {1, fence} end
if not owner then
  local head, given = handOver(id)
  if head == id then return {1, given} end
  if not head then return {1, grant(id, leaseMs, above)} end
end

local heldMs = redis.call('PTTL', KEYS[1])
local untilMs = string.format('%.0f', nowMs + math.min(heldMs, tonumber(waitMs)) + ${GRACE_MS})
local entry = table.concat({untilMs, leaseMs, above, address}, ' ')
if redis.call('HSET', KEYS[4], id, entry) == 1 then redis.call('RPUSH', KEYS[3], id) end
redis.call('PEXPIRE', KEYS[3], ${QUEUE_MS})
redis.call('PEXPIRE', KEYS[4], ${QUEUE_MS})
return {0, heldMs}
`;

/**
 * KEYS: holder, fence, queue, waiting. ARGV: id. The caller holds no more and waits no more; answers
 * 1 if it held the lock, which is the next one's now.
 */
export const LEAVE_LUA = `${FENCE_LUA}${HOLDER_LUA}${QUEUE_LUA}
if holder() == ARGV[1] then
  if not handOver() then redis.call('DEL', KEYS[1]) end
  return 1
end
if redis.call('HDEL', KEYS[4], ARGV[1]) == 1 then redis.call('LREM', KEYS[3], 1, ARGV[1]) end
return 0
`;
