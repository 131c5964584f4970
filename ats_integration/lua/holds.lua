-- Tell for each job whether Redis holds it and a way that leads to it (1) or not (0). ARGV: id and queue of each.
--
-- A script takes a job off its queue and changes its status in one go, so the status tells where to look. Only
-- in a short queue it is looked up as well: walking through a million entries would hold up everybody.

local SHORT = 10000
local found = {}
for i = 1, #ARGV, 2 do
    local id, queue = ARGV[i], 'rq:queue:' .. ARGV[i + 1]
    local _, status = pcall(redis.call, 'HGET', job_key(id), 'status')
    local held = false
    if status == 'scheduled' or status == 'queued' then
        held = redis.call('ZSCORE', 'rq:scheduler:scheduled_jobs', id)
            or (status == 'queued' and redis.call('LLEN', queue) > SHORT)
            or redis.call('LPOS', queue, id)
    elseif status == 'rate_limited' then
        local config = lane_of(id)
        held = config and redis.call('ZSCORE', 'ats:waiting:' .. config, id)
    elseif status == 'started' then
        held = redis.call('ZSCORE', 'ats:leases', id)
    end
    found[#found + 1] = held and 1 or 0
end
return found
