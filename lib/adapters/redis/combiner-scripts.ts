import { FENCE_LUA, fenceKey, QUEUE_MS } from './fence.ts';

/** What was shown to leaders is remembered for as long as the fences. */
const LEAD_MS = 3_600_000;
/** A server of a cluster counts only its own listeners, so it is not asked about many. */
const PROBES_MAX = 3;

/** The keys of all three scripts. */
export const combinerKeys = (key: string): readonly string[] => [
  `combine:{${key}}:queue`,
  `combine:{${key}}:entries`,
  `combine:{${key}}:lead`,
  fenceKey(key),
];

/**
 * Lua: `queue` sorts the ids of the entries by ticket, a number from the counter of the fences;
 * `entries` has each one's text, "<until ms> <channel> <name> <payload>"; `lead` says who leads (`id`,
 * `fence`, `untilMs`), who delivered last (`done`), and the highest ticket that any leader was shown.
 *
 * An entry stays in the queue until it is decided. So nothing is lost with a leader: whoever takes
 * over is shown the same entries again, marked 1 as shown before, in their old order. Those whose
 * owner must have left by now are dropped.
 *
 * Whoever is made leader must be alive, or the rest wait for a lease. So it is one of those next in
 * line whose channel has a listener, and who has time left for a batch; failing that the youngest.
 */
export const QUEUE_LUA = `${FENCE_LUA}
local queue, entries, lead, counter = unpack(KEYS)

local function note(...)
  redis.call('HSET', lead, ...)
  redis.call('PEXPIRE', lead, ${LEAD_MS})
end

local function drop(id)
  redis.call('ZREM', queue, id)
  redis.call('HDEL', entries, id)
end

local function show(entriesMax)
  local shown = tonumber(redis.call('HGET', lead, 'shown') or '0')
  local batch, last = {}, shown
  repeat
    local head = redis.call('ZRANGE', queue, 0, entriesMax - 1, 'WITHSCORES')
    for i = 1, #head, 2 do
      local id, ticket = head[i], tonumber(head[i + 1])
      local entry = redis.call('HGET', entries, id)
      if entry and tonumber(string.match(entry, '^%d+')) > nowMs then
        batch[#batch + 1] = {id, string.format('%.0f', ticket), ticket <= shown and 1 or 0, entry}
        last = math.max(last, ticket)
      else
        drop(id)
      end
    end
  until #batch > 0 or #head == 0
  note('shown', string.format('%.0f', last))
  return batch
end

local function begin(id, leaseMs, above)
  local fence = nextFence(counter, above)
  local untilMs = string.format('%.0f', nowMs + leaseMs)
  note('id', id, 'fence', fence, 'untilMs', untilMs, 'leaseMs', leaseMs)
  return fence
end

local function heir(batch, leaseMs)
  local id, channel, name
  local probes = 0
  for _, one in ipairs(batch) do
    local untilMs, itsChannel, itsName = string.match(one[4], '^(%d+) (%S+) (%S+) ')
    if tonumber(untilMs) >= nowMs + 2 * leaseMs and probes < ${PROBES_MAX} then
      probes = probes + 1
      if redis.call('PUBLISH', itsChannel, itsName .. ' ') > 0 then
        return one[1], itsChannel, itsName
      end
    end
    id, channel, name = one[1], itsChannel, itsName
  end
  return id, channel, name
end

local function handOn(leaseMs, entriesMax)
  local batch = show(entriesMax)
  if #batch == 0 then return note('id', '', 'untilMs', '0') end
  local id, channel, name = heir(batch, leaseMs)
  local fence = begin(id, leaseMs, 0)
  redis.call('PUBLISH', channel, name .. ' ' .. cjson.encode({'lead', id, fence, batch}))
end
`;

/** Id, ticket, whether an earlier leader was shown it, and its text. */
export type Shown = readonly [string, string, 0 | 1, string];

/**
 * One's ticket, whether the entry was not in the queue before, and: for how long another may lead, in
 * ms; or one's fence and batch. Or the entry is not in the queue.
 */
export type Entered =
  | readonly ['missing']
  | readonly ['wait', string, 0 | 1, number]
  | readonly ['lead', string, 0 | 1, string, readonly Shown[]];

/**
 * ARGV: id, lease in ms, entries at most, the fence that the store has seen, how long the owner will
 * wait in ms, "<channel> <name>", payload; without a payload it only asks how the entry stands.
 *
 * Asked again, it keeps the entry's place. Whoever finds itself the leader did not hear of it, so it
 * has not begun, and begins anew. A leader with more than its lease left began before the server's
 * clock fell back, and leads no more.
 *
 *   joins                        deadline          + a lease
 *   |--- the owner waits ------------|                 |
 *   |                                |- it withdraws   |
 *   |--- the entry is shown to leaders ----------------|- dropped, unless it was decided before
 *
 * So the withdrawal of a living owner always comes before the entry is dropped unseen, and finds it, or
 * finds that a leader has it.
 */
export const ENTER_LUA = `${QUEUE_LUA}
local id, leaseMs, entriesMax, above, waitMs, to, payload = unpack(ARGV)
local ticket = redis.call('ZSCORE', queue, id)
local joined = ticket and 0 or 1
if joined == 1 and payload == '' then return {'missing'} end
if joined == 1 then
  ticket = nextFence(counter, above)
  redis.call('ZADD', queue, ticket, id)
  local untilMs = string.format('%.0f', nowMs + waitMs + leaseMs)
  redis.call('HSET', entries, id, untilMs .. ' ' .. to .. ' ' .. payload)
end
redis.call('PEXPIRE', queue, ${QUEUE_MS})
redis.call('PEXPIRE', entries, ${QUEUE_MS})
ticket = string.format('%.0f', tonumber(ticket))

local leader, untilMs, ledMs = unpack(redis.call('HMGET', lead, 'id', 'untilMs', 'leaseMs'))
local leftMs = tonumber(untilMs or '0') - nowMs
if leader ~= id and leftMs > 0 and leftMs <= tonumber(ledMs or '0') then
  return {'wait', ticket, joined, leftMs}
end
local batch = show(entriesMax)
return {'lead', ticket, joined, begin(id, leaseMs, above), batch}
`;

export type Withdrawn = readonly ['withdrawn'] | readonly ['open', string];

/**
 * ARGV: id, lease in ms, entries at most, the fence that the store has seen, 1 if the owner knows that
 * a leader may have had the entry. Nobody is shown the entry from here on.
 *
 * The fence is drawn before that of a new leader, whose batch is without the entry.
 */
export const WITHDRAW_LUA = `${QUEUE_LUA}
local id, leaseMs, entriesMax, above, taken = unpack(ARGV)
local ticket = tonumber(redis.call('ZSCORE', queue, id) or nil)
local leader, shown = unpack(redis.call('HMGET', lead, 'id', 'shown'))
drop(id)
local answer = {'withdrawn'}
if taken == '1' or not ticket or ticket <= tonumber(shown or '0') then
  answer = {'open', nextFence(counter, above)}
end
if leader == id then handOn(leaseMs, entriesMax) end
return answer
`;
