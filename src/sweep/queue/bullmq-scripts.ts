/** What BullMQ leaves open when locks expire although their workers live, or stay although they are dead. */

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
