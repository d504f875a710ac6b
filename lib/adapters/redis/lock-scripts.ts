import { FENCE_LUA, QUEUE_MS } from './fence.ts';

/** For a message that travels slowly. */
const GRACE_MS = 500;
/** Longer than any waiter of then waits for its next look. */
const OUTAGE_MS = 30_000;
/** A server of a cluster counts only its own listeners, so it is not asked about many. */
const PROBES_MAX = 3;

/**
 * Lua: KEYS[1] holds "<owner's id> <fence> <lease in ms>" and ends with the lease; KEYS[2] counts the
 * fences; KEYS[3] names the last holder whose work met an outage.
 *
 * What is to end later than a whole lease from now was begun before the server's clock fell back: it
 * would keep everybody out for as long as the clock fell, and is over.
 *
 * Who finds itself the owner did not hear of it: the answer was lost, or the message. The lease
 * begins anew, since the work has not begun.
 */
const HOLDER_LUA = `
local function owner()
  return string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+) (%d+)$')
end

local function holder()
  local id, fence, leaseMs = owner()
  if id and redis.call('PTTL', KEYS[1]) <= tonumber(leaseMs) then return id, fence end
  redis.call('DEL', KEYS[1])
end

local function hold(id, fence, leaseMs)
  redis.call('SET', KEYS[1], table.concat({id, fence, leaseMs}, ' '), 'PX', leaseMs)
  return fence
end

local function grant(id, leaseMs, above)
  return hold(id, nextFence(KEYS[2], above), leaseMs)
end

local function ownAgain(id, leaseMs)
  local owner, fence = holder()
  if owner == id then return owner, hold(id, fence, leaseMs) end
  return owner
end

local function lastOutage()
  return redis.call('GET', KEYS[3]) or '-'
end

-- A note that is gone, since it ran out or Redis was emptied, is no new outage.
local function outageSince(known)
  local last = lastOutage()
  return known ~= '' and last ~= '-' and last ~= known
end

local function noteOutage(id)
  redis.call('SET', KEYS[3], id, 'PX', ${OUTAGE_MS})
end
`;

/**
 * Got it, with the fence; or not, with how long it is held at most, in ms, and the last outage that a
 * holder met; or an outage was met while the caller waited.
 */
export type Answer = readonly [1, string] | readonly [0, number, string] | readonly [-1];

/**
 * KEYS: holder, fence, outage. ARGV: id, lease in ms, the fence that the store has seen, the last
 * outage when the caller asked first; empty if it asks first now.
 */
export const TRY_LUA = `${FENCE_LUA}${HOLDER_LUA}
local id, leaseMs, above, outage = unpack(ARGV)
local owner, fence = ownAgain(id, leaseMs)
if fence then return {1, fence} end
if outageSince(outage) then return {-1} end
if owner then return {0, redis.call('PTTL', KEYS[1]), lastOutage()} end
return {1, grant(id, leaseMs, above)}
`;

/**
 * KEYS: holder, fence, outage. ARGV: id, 1 if the work met an outage. Answers 1 if the lock was still
 * the caller's.
 */
export const RELEASE_LUA = `${FENCE_LUA}${HOLDER_LUA}
if owner() ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then noteOutage(ARGV[1]) end
return redis.call('DEL', KEYS[1])
`;

/**
 * Lua: KEYS[4] lists the ids of those who wait, in order; KEYS[5] says of each until when (ms since
 * the epoch) it waits at most, what lease and fence it wants, and where it is reached.
 *
 * Whoever is handed the lock owns it at once, by this script, so nobody slips in between. One who is
 * dead by then would keep the others waiting for a lease, and is passed over if it is known: its
 * time is up, or nobody listens at its address while somebody does at the next ones'; but the caller
 * lives. The one behind it is told to watch, for how long at most: it alone asks when the lease has run
 * out, and so helps the others too.
 */
const QUEUE_LUA = `
local function entryOf(id)
  local entry = redis.call('HGET', KEYS[5], id) or ''
  return string.match(entry, '^(%d+) (%d+) (%d+) (%S+)$')
end

local function drop(id)
  redis.call('LREM', KEYS[4], 1, id)
  redis.call('HDEL', KEYS[5], id)
end

local function next(caller)
  local first, place, probes = nil, 0, 0
  while probes < ${PROBES_MAX} do
    local id = redis.call('LINDEX', KEYS[4], place)
    if not id or id == caller then return id or first end
    local untilMs, _, _, address = entryOf(id)
    if not untilMs or tonumber(untilMs) <= nowMs then
      drop(id)
    else
      if redis.call('PUBLISH', address, id .. ' ') > 0 then return id end
      first, place, probes = first or id, place + 1, probes + 1
    end
  end
  return first
end

local function watch(ms)
  for place = 0, ${PROBES_MAX} - 1 do
    local id = redis.call('LINDEX', KEYS[4], place)
    local _, _, _, address = entryOf(id or '')
    if address and redis.call('PUBLISH', address, id .. ' watch ' .. ms) > 0 then return end
  end
end

local function handOver(caller)
  local id = next(caller)
  if not id then return nil end
  local _, leaseMs, above, address = entryOf(id)
  drop(id)
  local fence = grant(id, leaseMs, above)
  if id ~= caller then redis.call('PUBLISH', address, id .. ' ' .. fence) end
  watch(leaseMs)
  return id, fence
end

local function tellOutage()
  for _, id in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
    local _, _, _, address = entryOf(id)
    if address then redis.call('PUBLISH', address, id .. ' outage') end
  end
  redis.call('DEL', KEYS[4], KEYS[5])
end
`;

/**
 * KEYS: holder, fence, outage, queue, waiting. ARGV: id, lease in ms, the fence that the store has seen,
 * for how many ms at most the caller waits, its address, the last outage when it asked first; empty
 * if it asks first now.
 *
 * A lock without a holder goes to the head of the queue, whoever asks: so one who asks when the
 * lease of a dead holder has run out helps the others too. Asked again, it keeps the caller's place.
 * The head asks again when the lease ends; the others within two leases, in case all was forgotten.
 */
export const ENTER_LUA = `${FENCE_LUA}${HOLDER_LUA}${QUEUE_LUA}
local id, leaseMs, above, waitMs, address, outage = unpack(ARGV)
local owner, fence = ownAgain(id, leaseMs)
if fence then return {1, fence} end
if outageSince(outage) then drop(id) return {-1} end
if not owner then
  local head, given = handOver(id)
  if head == id then return {1, given} end
  if not head then return {1, grant(id, leaseMs, above)} end
end

local untilMs = string.format('%.0f', nowMs + waitMs + ${GRACE_MS})
local entry = table.concat({untilMs, leaseMs, above, address}, ' ')
if redis.call('HSET', KEYS[5], id, entry) == 1 then redis.call('RPUSH', KEYS[4], id) end
redis.call('PEXPIRE', KEYS[4], ${QUEUE_MS})
redis.call('PEXPIRE', KEYS[5], ${QUEUE_MS})
local heldMs = redis.call('PTTL', KEYS[1])
if redis.call('LINDEX', KEYS[4], 0) ~= id then heldMs = heldMs + math.floor(leaseMs * 0.75) end
return {0, heldMs, lastOutage()}
`;

/**
 * KEYS: holder, fence, outage, queue, waiting. ARGV: id, 1 if the work met an outage. The caller holds
 * no more and waits no more; answers 1 if it held the lock, which is the next one's now. After an
 * outage nobody is: each of those who wait would meet it in turn, and is told of it now.
 */
export const LEAVE_LUA = `${FENCE_LUA}${HOLDER_LUA}${QUEUE_LUA}
if owner() == ARGV[1] then
  redis.call('DEL', KEYS[1])
  if ARGV[2] == '1' then noteOutage(ARGV[1]) tellOutage() end
  handOver()
  return 1
end
drop(ARGV[1])
return 0
`;
