-- Say for a while what a connection may do. ARGV: config, ms, then the fields of its limits.
--
-- They are kept for longer than they are believed: a call in flight may still have something to say about them.

local config, ms = ARGV[1], tonumber(ARGV[2])
redis.call('HSET', 'ats:limits:' .. config, 'until', now + ms, unpack(ARGV, 3))
redis.call('PEXPIRE', 'ats:limits:' .. config, 10 * ms)
if redis.call('EXISTS', 'ats:waiting:' .. config) == 1 then look_again(config, now) end
