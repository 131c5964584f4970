-- Hold on to jobs in flight. ARGV: lease, then id and config of each.

local lease = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
    redis.call('ZADD', 'ats:leases', 'XX', now + lease, ARGV[i])
    if ARGV[i + 1] ~= '' then redis.call('ZADD', 'ats:slots:' .. ARGV[i + 1], 'XX', now + lease, ARGV[i]) end
end
