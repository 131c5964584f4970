-- Return the jobs in flight that a worker holds. ARGV: its name.

local ours = {}
for _, id in ipairs(redis.call('ZRANGE', 'ats:leases', 0, -1)) do
    if fields(id, 'worker_name')[1] == ARGV[1] then ours[#ours + 1] = id end
end
return ours
