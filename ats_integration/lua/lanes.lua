-- What all scripts share: the lane of a connection. Put in front of each of them.
--
--   ats:limits:<config>   hash    concurrency, calls, per (ms), weight, rate (the key that counts calls)
--   ats:slots:<config>    zset    jobs in flight, by the end of their lease
--   ats:calls:<rate>      list    when the last calls were let through
--   ats:pause:<rate>      string  there while the ATS asked for calm
--   ats:circuit:<config>  hash    failures, opened_at, probe_at, code
--   ats:waiting:<config>  zset    jobs that wait, the oldest first
--   ats:turns             zset    lanes with waiting jobs, by when to look again
--   ats:leases            zset    all jobs in flight, by the end of their lease
--
-- Times are milliseconds of the server's clock.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local order = time[1] * 1000000 + time[2]

local function job_key(id) return 'rq:job:' .. id end

-- Return what the job's meta says about its lane: its config (false for a foreign job) and the first failed try.
local function lane_of(id)
    local known, meta = pcall(function() return cjson.decode(redis.call('HGET', job_key(id), 'meta')) end)
    if not known or type(meta) ~= 'table' or type(meta.config) ~= 'number' then return false, false end
    return string.format('%.0f', meta.config), type(meta.since) == 'number' and meta.since
end

-- Return nil where the limits are not known, true where a call may go now, otherwise when to look again.
local function room(config, id)
    local limit = redis.call('HMGET', 'ats:limits:' .. config, 'concurrency', 'calls', 'per', 'weight', 'rate')
    if not limit[1] then return nil end
    local slots = 'ats:slots:' .. config
    if redis.call('ZSCORE', slots, id) then return true end
    local probe_at = redis.call('HGET', 'ats:circuit:' .. config, 'probe_at')
    if probe_at and tonumber(probe_at) > now then return tonumber(probe_at) end
    local pause = redis.call('PTTL', 'ats:pause:' .. limit[5])
    if pause > 0 then return now + pause end
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
    if redis.call('ZCARD', slots) >= tonumber(limit[1]) then
        return tonumber(redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')[2])
    end
    if limit[2] == '0' then return true end
    local calls, per, weight = tonumber(limit[2]), tonumber(limit[3]), tonumber(limit[4])
    local made = redis.call('LLEN', 'ats:calls:' .. limit[5])
    if made + weight <= calls then return true end
    local free_at = redis.call('LINDEX', 'ats:calls:' .. limit[5], made + weight - calls - 1) + per
    return free_at <= now or free_at
end

-- Take a slot and the calls of one delivery; an open circuit lets nobody else through until this probe is settled.
local function enter(config, id, lease, cooldown)
    local slots = 'ats:slots:' .. config
    if redis.call('ZADD', slots, now + lease, id) == 0 then return end
    redis.call('PEXPIRE', slots, 10 * lease)
    if redis.call('HEXISTS', 'ats:circuit:' .. config, 'opened_at') == 1 then
        redis.call('HSET', 'ats:circuit:' .. config, 'probe_at', now + cooldown)
    end
    local limit = redis.call('HMGET', 'ats:limits:' .. config, 'calls', 'per', 'weight', 'rate')
    if limit[1] == '0' then return end
    local calls = 'ats:calls:' .. limit[4]
    for _ = 1, limit[3] do redis.call('RPUSH', calls, now) end
    redis.call('LTRIM', calls, -limit[1], -1)
    redis.call('PEXPIRE', calls, limit[2])
end

-- Set when a lane's turn comes; `sooner` leaves an earlier turn as it is.
local function look_again(config, at, sooner)
    if sooner then
        redis.call('ZADD', 'ats:turns', 'LT', at, config)
    else
        redis.call('ZADD', 'ats:turns', at, config)
    end
end

local function origin_of(id)
    return redis.call('HGET', job_key(id), 'origin')
end

-- Put a job back at the head of the queue it came from; one without data is gone.
local function give_back(id)
    local origin = origin_of(id)
    if not origin then return end
    redis.call('HSET', job_key(id), 'status', 'queued')
    redis.call('LPUSH', 'rq:queue:' .. origin, id)
end

-- Forget that a job is in flight.
local function leave(id, queue, config, worker)
    redis.call('ZREM', 'ats:leases', id)
    redis.call('ZREM', 'rq:wip:' .. queue, id .. ':' .. worker)
    if config then redis.call('ZREM', 'ats:slots:' .. config, id) end
end
