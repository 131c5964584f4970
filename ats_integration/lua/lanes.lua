-- What all scripts share: the lane of a connection. Put in front of each of them.
--
--   ats:limits:<config>   hash    concurrency, calls, per (ms), weight, rate (the key that counts calls), vendor, until
--   ats:slots:<config>    zset    jobs in flight, by the end of their lease
--   ats:calls:<rate>      zset    the last calls, by when the ATS should have counted them or, once that is known, had
--   ats:pause:<rate>      string  there while the ATS asked for calm
--   ats:circuit:<config>  hash    failures, opened_at, probe_at, code
--   ats:circuit:<vendor>  hash    the same for all connections to one vendor, of calls that hung; also connections (how
--                                 many of them hung) and hung:<config> for each
--   ats:waiting:<config>  zset    jobs that wait, the oldest first
--   ats:turns             zset    lanes with waiting jobs, by when to look again
--   ats:leases            zset    all jobs in flight, by the end of their lease
--
-- A job's own hash also keeps ats_order (its place among all others), ats_parked_at (since when it waits) and ats_waited
-- (how long it has waited before, in ms).
-- Times are milliseconds of the server's clock; orders are microseconds.

-- How long a call may take from here to the door of the ATS, in ms: it counts from then on, until more is known.
local ON_ITS_WAY = 100
-- Limits that would be forgotten within so many ms are asked for again while they are still believed.
local SOON = 10000
-- Calls of a slow rate leave one after the other, so that they arrive in their order: a quarter of their mean distance
-- apart, and at most so many ms. A rate is fast whose quarter is shorter than the other figure.
local FAR, NEAR = 100, 10
local LIMITS = {'concurrency', 'calls', 'per', 'weight', 'rate', 'vendor', 'until'}

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

local function limits_of(config)
    local found = redis.call('HMGET', 'ats:limits:' .. config, unpack(LIMITS))
    local left = found[7] and tonumber(found[7]) - now or 0
    return {
        concurrency = tonumber(found[1]), calls = tonumber(found[2]), per = tonumber(found[3]),
        weight = tonumber(found[4]), rate = found[5], vendor = found[6], are_known = left > 0, are_old = left < SOON,
    }
end

local function circuit_of(name) return 'ats:circuit:' .. name end

local function has_vendor(limit) return limit and limit.vendor and limit.vendor ~= '' end

-- Return the circuits that a delivery passes: that of its connection and, where it is known, that of the vendor.
local function circuits_of(config, limit)
    return has_vendor(limit) and {circuit_of(config), circuit_of(limit.vendor)} or {circuit_of(config)}
end

-- Return when a circuit lets somebody through again; nil where it does now.
local function shut_until(circuit)
    local probe_at = tonumber(redis.call('HGET', circuit, 'probe_at') or nil)
    return probe_at and probe_at > now and probe_at or nil
end

-- Return the first moment at which a lane may probe its vendor: which lane is the first one changes.
local function in_turn(config, at)
    return at and at + (config * 7919 + time[2]) % 1000
end

-- Return until when an ATS is left alone; nil where it is not. Note whether its connection failed since its last answer.
local function left_alone(config, limit)
    local pause, own, vendor = 'ats:pause:' .. limit.rate, unpack(circuits_of(config, limit))
    if redis.call('EXISTS', pause, own, vendor or own) == 0 then return nil end
    limit.has_failed = redis.call('EXISTS', own) == 1
    local ms = redis.call('PTTL', pause)
    return shut_until(own) or vendor and in_turn(config, shut_until(vendor)) or ms > 0 and now + ms or nil
end

-- Return until when all slots of a lane are taken; nil where one is free.
local function full(config, limit)
    local slots = 'ats:slots:' .. config
    if redis.call('ZCARD', slots) < limit.concurrency then return nil end
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
    if redis.call('ZCARD', slots) < limit.concurrency then return nil end
    return tonumber(redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')[2])
end

-- Return how many ms apart the deliveries of a lane leave; 0 where they may leave together.
local function gap_of(limit)
    if not limit.calls or limit.calls == 0 then return 0 end
    local quarter = limit.per * limit.weight / limit.calls / 4
    return quarter < NEAR and 0 or math.min(quarter, FAR)
end

-- Return when another call may follow the last one that was let through; nil where it may now.
local function close_behind(limit, made)
    local gap = gap_of(limit)
    if gap == 0 then return nil end
    local last = tonumber(redis.call('ZRANGE', made, -1, -1, 'WITHSCORES')[2]) or now
    local follows = last - ON_ITS_WAY + gap
    return follows > now and follows or nil
end

-- Return until when the calls of a delivery would be too many or too early; nil where they are neither.
local function too_many(limit)
    if limit.calls == 0 then return nil end
    local made = 'ats:calls:' .. limit.rate
    redis.call('ZREMRANGEBYSCORE', made, '-inf', now - limit.per)
    local lacking = redis.call('ZCARD', made) + limit.weight - limit.calls
    if lacking <= 0 then return close_behind(limit, made) end
    return redis.call('ZRANGE', made, lacking - 1, lacking - 1, 'WITHSCORES')[2] + limit.per
end

-- Return nil where the limits are not known, true where a call may go now, otherwise when to look again.
local function room(config, limit)
    if not limit.are_known then return nil end
    return left_alone(config, limit) or full(config, limit) or too_many(limit) or true
end

-- Count the calls of one delivery from when they will have left.
local function leaves_at(limit, id, at)
    local made = 'ats:calls:' .. limit.rate
    for call = 1, limit.weight do redis.call('ZADD', made, at + ON_ITS_WAY, id .. ':' .. call) end
    redis.call('PEXPIRE', made, limit.per * 2)
end

-- Take a slot and the calls of one delivery; an open circuit lets nobody else through until this probe is settled.
local function enter(config, limit, id, lease, cooldown)
    redis.call('ZADD', 'ats:slots:' .. config, now + lease, id)
    for _, circuit in ipairs(circuits_of(config, limit)) do
        if redis.call('HEXISTS', circuit, 'opened_at') == 1 then redis.call('HSET', circuit, 'probe_at', now + cooldown) end
    end
    if limit.calls > 0 then leaves_at(limit, id, now) end
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

-- Call a command with many values, not too many at once for Lua's stack.
local function in_bulk(values, command, ...)
    local first = {...}
    for i = 1, #values, 1000 do
        local some = {unpack(first)}
        for j = i, math.min(i + 999, #values) do some[#some + 1] = values[j] end
        redis.call(command, unpack(some))
    end
end

-- Add a value to the list that a table keeps under a name.
local function collect(lists, name, value)
    lists[name] = lists[name] or {}
    table.insert(lists[name], value)
end

-- Forget that jobs are in flight, each given as id, queue, config and worker.
local function leave(jobs)
    local ids, executions, sets = {}, {}, {}
    for _, job in ipairs(jobs) do
        ids[#ids + 1] = job.id
        executions[#executions + 1] = 'rq:execution:' .. job.id .. ':' .. job.worker
        collect(sets, 'rq:wip:' .. job.queue, job.id .. ':' .. job.worker)
        if job.config then collect(sets, 'ats:slots:' .. job.config, job.id) end
    end
    in_bulk(ids, 'ZREM', 'ats:leases')
    in_bulk(executions, 'DEL')
    for set, members in pairs(sets) do in_bulk(members, 'ZREM', set) end
end
