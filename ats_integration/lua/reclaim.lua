-- Put jobs back where they stood, in their order: the ones named, or those whose lease has run out.
--
-- That is the head of their queue or, where others of their connection wait, the head of their lane.
-- ARGV: ids; none = what has expired. Returns how many.

local ids, jobs, left = ARGV, {}, {}
if #ids == 0 then ids = redis.call('ZRANGEBYSCORE', 'ats:leases', '-inf', now, 'LIMIT', 0, 500) end
for _, id in ipairs(ids) do
    local origin, worker, meta, order = unpack(fields(id, 'origin', 'worker_name', 'meta', 'ats_order'))
    local config = lane_in(meta)
    left[#left + 1] = {id = id, queue = origin or '', config = config, worker = worker or ''}
    if origin then
        jobs[#jobs + 1] = {id = id, queue = origin, config = config, order = tonumber(order or nil) or 0}
    end
end
leave(left)
table.sort(jobs, function(one, other) return one.order > other.order end)
for _, job in ipairs(jobs) do
    if job.config and redis.call('EXISTS', 'ats:waiting:' .. job.config) == 1 then
        park(job, now)
    else
        redis.call('HSET', job_key(job.id), 'status', 'queued')
        redis.call('LPUSH', 'rq:queue:' .. job.queue, job.id)
    end
end
return #ids
