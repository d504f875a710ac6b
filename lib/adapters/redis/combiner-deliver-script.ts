import { QUEUE_LUA } from './combiner-scripts.ts';

/**
 * ARGV: fence, lease in ms, entries at most, 1 if the batch met an outage, how many ids of decided
 * entries follow, these, and then channels and messages by turns. Answers 1 if the messages were
 * sent, now or by an earlier try.
 *
 * They are sent, the entries taken out, and the lead handed on, in one step, and only if nobody has led
 * since: `RedisCombiner` says why. After an outage nobody is to lead: all who wait are told of it, with
 * 1 if a leader had their entry.
 */
export const DELIVER_LUA = `${QUEUE_LUA}
local fence, leaseMs, entriesMax, outage, decided = unpack(ARGV, 1, 5)

local function tellOutage()
  local shown = tonumber(redis.call('HGET', lead, 'shown') or '0')
  local told = {}
  local all = redis.call('ZRANGE', queue, 0, -1, 'WITHSCORES')
  for i = 1, #all, 2 do
    local to = string.match(redis.call('HGET', entries, all[i]) or '', '^%d+ (%S+ %S+) ')
    if to then
      told[to] = told[to] or {}
      table.insert(told[to], {all[i], tonumber(all[i + 1]) <= shown and 1 or 0})
    end
  end
  redis.call('DEL', queue, entries)
  for to, ids in pairs(told) do
    local channel, name = string.match(to, '(%S+) (%S+)')
    redis.call('PUBLISH', channel, name .. ' ' .. cjson.encode({'outage', ids}))
  end
end

local current, done = unpack(redis.call('HMGET', lead, 'fence', 'done'))
if done == fence then return 1 end
if current ~= fence then return 0 end
for i = 6, 5 + decided do drop(ARGV[i]) end
note('done', fence)
if outage == '1' then tellOutage() end
handOn(leaseMs, entriesMax)
for i = 6 + decided, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end
return 1
`;
