/** What BullMQ leaves open: locks that expire although their workers live, or stay although they are dead; who asks for jobs. */

/**
 * Renews a claim's lock. A lock that expired (the server was away, its clock leapt forward) is taken again as long as
 * nobody else was given the job: it is in the active list and was not started once more.
 * KEYS: lock, job, active, stalled. ARGV: token, lock's duration in ms, number of this start, job id.
 */
export const renewLock = `
local lock = redis.call('GET', KEYS[1])
local ours = lock == ARGV[1] or (not lock and redis.call('HGET', KEYS[2], 'ats') == ARGV[3]
  and redis.call('LPOS', KEYS[3], ARGV[4]))
if not ours then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SREM', KEYS[4], ARGV[4])
return 1`;

/**
 * Redis keeps the time of day at which a key expires: when its clock leaps back, the locks of dead workers would hold for
 * as long as the leap. No lock lasts longer than its duration from now on.
 * KEYS: active, stalled-check. ARGV: prefix of the jobs' keys, lock's duration, time between two checks, in ms.
 */
export const shortenExpiries = `
local function shorten(key, limit)
  if redis.call('PTTL', key) > tonumber(limit) then redis.call('PEXPIRE', key, limit) end
end
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do shorten(ARGV[1] .. id .. ':lock', ARGV[2]) end
shorten(KEYS[2], ARGV[3])
return 0`;

/**
 * The sweep ARGV[1] is alive; returns how many others were within the last ARGV[2] ms. A sign of life from the future is from
 * before the server's clock leapt back.
 * KEYS: sweeps.
 */
export const attendQueue = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
return redis.call('ZCOUNT', KEYS[1], '-inf', now) - 1`;

/**
 * Gives jobs that wait other contents.
 * KEYS: wait. ARGV: prefix of the jobs' keys; id and data of each, in turn.
 */
export const replaceWaiting = `
for i = 2, #ARGV, 2 do
  if redis.call('LPOS', KEYS[1], ARGV[i]) then redis.call('HSET', ARGV[1] .. ARGV[i], 'data', ARGV[i + 1]) end
end
return 0`;

/**
 * Losses that were reported are counted in a field of our own beside BullMQ's count of those it noticed (stc). Adds ARGV[1]
 * to it; returns the sum of both, 0 when the server has forgotten the job.
 * KEYS: job.
 */
export const countLosses = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HINCRBY', KEYS[1], 'losses', ARGV[1]) + (redis.call('HGET', KEYS[1], 'stc') or 0)`;

/**
 * Counts losses of all jobs from now on.
 * KEYS: wait, active. ARGV: prefix of the jobs' keys.
 */
export const forgiveLosses = `
for _, list in ipairs(KEYS) do
  for _, id in ipairs(redis.call('LRANGE', list, 0, -1)) do
    local job = ARGV[1] .. id
    if redis.call('EXISTS', job) == 1 then
      redis.call('HSET', job, 'losses', 0 - (redis.call('HGET', job, 'stc') or 0))
    end
  end
end
return 0`;
