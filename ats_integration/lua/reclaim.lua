-- Put jobs back at the head of their queues: the ones named, or those whose lease has run out. Returns how many.
--
-- ARGV: ids in the order in which they are to run; none = what has expired.

local ids = ARGV
if #ids == 0 then ids = redis.call('ZRANGEBYSCORE', 'ats:leases', '-inf', now, 'LIMIT', 0, 500) end
for i = #ids, 1, -1 do
    local job = redis.call('HMGET', job_key(ids[i]), 'origin', 'worker_name')
    leave(ids[i], job[1] or '', lane_of(ids[i]), job[2] or '')
    give_back(ids[i])
end
return #ids
