-- What all scripts share: the lane of a connection. Put in front of each of them.
--
--   ats:limits:<config>   hash    concurrency, calls, per (ms), weight, rate (the key that counts calls), until
--   ats:slots:<config>    zset    jobs in flight, by the end of their lease
--   ats:calls:<rate>      zset    the last calls, by when they were let through or, once that is known, began
--   ats:pause:<rate>      string  there while the ATS asked for calm
--   ats:circuit:<config>  hash    failures, opened_at, probe_at, code
--   ats:waiting:<config>  zset    jobs that wait, the oldest first
--   ats:turns             zset    lanes with waiting jobs, by when to look again
--   ats:leases            zset    all jobs in flight, by the end of their lease
--
-- A job's own hash also keeps ats_order (its place among all others) and ats_parked_at (since when it waits).
-- Times are milliseconds of the server's clock; orders are microseconds.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function job_key(id) return 'rq:job:' .. id end

-- Return values of a job's hash; none where something else stands in its place.
local function fields(id, ...)
    local readable, values = pcall(redis.call, 'HMGET', job_key(id), ...)
    return readable and values or {}
end

local function is_whole(number)
    return type(number) == 'number' and number > 0 and number < 2 ^ 53 and number % 1 == 0
end

-- Return what a job's meta says about its lane: its config (false for a foreign job) and the first failed try.
local function lane_in(meta)
    local known, lane = pcall(cjson.decode, meta)
    if not known or type(lane) ~= 'table' or not is_whole(lane.config) then return false, false end
    return string.format('%.0f', lane.config), is_whole(lane.since) and lane.since
end

local function lane_of(id)
    return lane_in(fields(id, 'meta')[1])
end

-- Return nil where the limits are not known, true where a call may go now, otherwise when to look again.
local function room(config)
    local limit = redis.call('HMGET', 'ats:limits:' .. config, 'concurrency', 'calls', 'per', 'weight', 'rate', 'until')
    if not limit[6] or tonumber(limit[6]) <= now then return nil end
    local probe_at = redis.call('HGET', 'ats:circuit:' .. config, 'probe_at')
    if probe_at and tonumber(probe_at) > now then return tonumber(probe_at) end
    local pause = redis.call('PTTL', 'ats:pause:' .. limit[5])
    if pause > 0 then return now + pause end
    local slots = 'ats:slots:' .. config
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
    if redis.call('ZCARD', slots) >= tonumber(limit[1]) then
        return tonumber(redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')[2])
    end
    if limit[2] == '0' then return true end
    local made, per, weight = 'ats:calls:' .. limit[5], tonumber(limit[3]), tonumber(limit[4])
    redis.call('ZREMRANGEBYSCORE', made, '-inf', now - per)
    local lacking = redis.call('ZCARD', made) + weight - tonumber(limit[2])
    if lacking <= 0 then return true end
    return redis.call('ZRANGE', made, lacking - 1, lacking - 1, 'WITHSCORES')[2] + per
end

-- Take a slot and the calls of one delivery; an open circuit lets nobody else through until this probe is settled.
local function enter(config, id, lease, cooldown)
    local slots = 'ats:slots:' .. config
    redis.call('ZADD', slots, now + lease, id)
    redis.call('PEXPIRE', slots, 10 * lease)
    if redis.call('HEXISTS', 'ats:circuit:' .. config, 'opened_at') == 1 then
        redis.call('HSET', 'ats:circuit:' .. config, 'probe_at', now + cooldown)
    end
    local limit = redis.call('HMGET', 'ats:limits:' .. config, 'calls', 'per', 'weight', 'rate')
    if limit[1] == '0' then return end
    local made = 'ats:calls:' .. limit[4]
    for call = 1, limit[3] do redis.call('ZADD', made, now, id .. ':' .. call) end
    redis.call('PEXPIRE', made, limit[2] * 2)
end

-- Set when a lane's turn comes; `sooner` leaves an earlier turn as it is.
local function look_again(config, at, sooner)
    if sooner then
        redis.call('ZADD', 'ats:turns', 'LT', at, config)
    else
        redis.call('ZADD', 'ats:turns', at, config)
    end
end

-- Let a job wait in its lane, in its order.
local function park(job, at)
    redis.call('HSETNX', job_key(job.id), 'ats_parked_at', now)
    redis.call('HSET', job_key(job.id), 'status', 'rate_limited', 'origin', job.queue, 'ats_order', job.order)
    redis.call('ZADD', 'ats:waiting:' .. job.config, job.order, job.id)
    look_again(job.config, at, true)
end

-- Show a job as started in RQ's own registry, where its pages look.
local function enlist(id, queue, worker)
    local execution, DAY = id .. ':' .. worker, 86400
    redis.call('ZADD', 'rq:wip:' .. queue, time[1] + DAY, execution)
    redis.call(
        'HSET', 'rq:execution:' .. execution,
        'id', worker, 'job_id', id, 'worker_name', worker, 'created_at', time[1], 'last_heartbeat', time[1]
    )
    redis.call('EXPIRE', 'rq:execution:' .. execution, DAY)
end

-- Forget that a job is in flight.
local function leave(id, queue, config, worker)
    redis.call('ZREM', 'ats:leases', id)
    redis.call('ZREM', 'rq:wip:' .. queue, id .. ':' .. worker)
    redis.call('DEL', 'rq:execution:' .. id .. ':' .. worker)
    if config then redis.call('ZREM', 'ats:slots:' .. config, id) end
end
