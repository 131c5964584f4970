-- Say for a while what a connection may do. ARGV: config, ms, then the fields of its limits.

local config = ARGV[1]
redis.call('HSET', 'ats:limits:' .. config, unpack(ARGV, 3))
redis.call('PEXPIRE', 'ats:limits:' .. config, ARGV[2])
if redis.call('EXISTS', 'ats:waiting:' .. config) == 1 then look_again(config, now) end
