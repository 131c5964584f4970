-- Take up to `want` jobs that may run now, from the waiting lanes and the queues, and register them as started.
--
-- KEYS: the queues, the first one is asked first. ARGV: want, worker, lease, cooldown, budget, turn, and how many of
-- them may be risky: such as die unsent, or whose connection failed since its last answer.
-- Returns: suspended (0/1), ms until it is worth while to come again (-1 = when a message comes), lanes whose limits are not
-- known or soon will not be, and for each job: id, queue, data, ms that it waited for its turn while its ATS was
-- there, the code with which it dies unsent (empty = it runs), whether it is risky and whether its rate is slow (0/1).

local want, worker, lease = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local cooldown, budget, turn, may_risk = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local MOST_LOOKED_AT = 250  -- others wait for this script
local NEXT_RISK = 100  -- ms
local DAY = 86400
local MOST_AT_ONCE = 32  -- off one queue, so that each of several is asked often
local taken, forgotten, is_taken, leases, started, seen, served = {}, {}, {}, {}, {}, 0, 0

if redis.call('EXISTS', 'rq:suspended') == 1 then return {1, -1, {}, {}} end

-- Read a job; nil for one that cannot be read. Its order is the moment of its first failed try, or else of its
-- first look at it, and stays what it was when the job is put back.
local function job_of(id)
    local data, origin, meta, order, parked_at, waited = unpack(
        fields(id, 'data', 'origin', 'meta', 'ats_order', 'ats_parked_at', 'ats_waited')
    )
    if not data then return nil end
    local config, since = lane_in(meta)
    seen = seen + 1
    order = tonumber(order or nil) or since and since * 1000 or time[1] * 1000000 + time[2] + seen
    parked_at = config and tonumber(parked_at or nil)
    waited = tonumber(waited or nil) or 0
    return {
        id = id, data = data, queue = origin, config = config, order = order, parked_at = parked_at, waited = waited
    }
end

-- Return since when the ATS of a lane is away, and the reason; nil where it is there.
local function outage_of(config, limit)
    local since, reason
    for _, circuit in ipairs(circuits_of(config, limit)) do
        local opened_at, code = unpack(redis.call('HMGET', circuit, 'opened_at', 'code'))
        opened_at = tonumber(opened_at or nil)
        if opened_at and opened_at < (since or now + 1) then since, reason = opened_at, code end
    end
    return since, reason
end

-- Return for how long a job waited because of our own limits, and note it: a job that is put back has waited as long
-- before. Waiting through an outage does not count.
local function waited(job, limit)
    if not job.parked_at then return job.waited end
    redis.call('HDEL', job_key(job.id), 'ats_parked_at')
    if outage_of(job.config, limit) then return job.waited end
    local ms = job.waited + math.max(0, now - job.parked_at)
    redis.call('HSET', job_key(job.id), 'ats_waited', ms)
    return ms
end

-- Show a job as started in RQ's own registry, where its pages look.
local function enlist(job)
    local execution = job.id .. ':' .. worker
    collect(started, 'rq:wip:' .. job.queue, time[1] + DAY)
    collect(started, 'rq:wip:' .. job.queue, execution)
    redis.call(
        'HSET', 'rq:execution:' .. execution,
        'id', worker, 'job_id', job.id, 'worker_name', worker, 'created_at', time[1], 'last_heartbeat', time[1]
    )
    redis.call('EXPIRE', 'rq:execution:' .. execution, DAY)
end

local function start(job, limit, dies, is_risky)
    redis.call(
        'HSET', job_key(job.id), 'status', 'started', 'worker_name', worker, 'origin', job.queue, 'ats_order', job.order
    )
    is_taken[job.id] = true
    leases[#leases + 1], leases[#leases + 2] = now + lease, job.id
    enlist(job)
    local risk, is_slow = is_risky and 1 or 0, limit and gap_of(limit) > 0 and 1 or 0
    local told = {job.id, job.queue, job.data, waited(job, limit), dies, risk, is_slow}
    for _, value in ipairs(told) do taken[#taken + 1] = value end
    want, may_risk = want - 1, may_risk - risk
end

local function start_in_lane(job, limit)
    start(job, limit, '', limit.has_failed)
    enter(job.config, limit, job.id, lease, cooldown)
end

-- Return the limits of a lane; note where they are forgotten, or soon will be.
local function limits_for(config)
    local limit = limits_of(config)
    if limit.are_old then forgotten[config] = true end
    return limit
end

-- Return the reason of an outage that is older than the budget, for a job that has waited as long.
local function lost_to_outage(job, limit)
    local since, code = outage_of(job.config, limit)
    if since and now - math.max(since, job.order / 1000) >= budget then return code end
end

-- Return like `room`, but when to look again also where there is room for nothing risky.
local function room_here(config, limit)
    local verdict = room(config, limit)
    return verdict == true and limit.has_failed and may_risk < 1 and now + NEXT_RISK or verdict
end

-- Take one job of a lane whose turn has come; tell whether there may be another. A lane that was served goes
-- behind all others, to the microsecond.
local function serve_lane(config)
    local waiting = 'ats:waiting:' .. config
    local id = redis.call('ZRANGE', waiting, 0, 0)[1]
    if not id then
        redis.call('ZREM', 'ats:turns', config)
        return false
    end
    local job = job_of(id)
    if job and not job.queue then job = nil end
    if job then job.config = config end
    local limit = limits_for(config)
    local dies = job and lost_to_outage(job, limit)
    local verdict
    if dies then verdict = may_risk > 0 or now + NEXT_RISK else verdict = room_here(config, limit) end
    if verdict == true or not job then
        redis.call('ZREM', waiting, id)
        served = served + 1
        look_again(config, now + (time[2] % 1000 + served) / 1000)
        if dies then
            start(job, limit, dies, true)
        elseif job then
            start_in_lane(job, limit)
        else
            redis.call('DEL', job_key(id))
        end
        return true
    end
    look_again(config, verdict or now + 1000)
    return false
end

-- Let each lane whose turn has come go once around, until `share` jobs are taken.
local function serve_lanes(share)
    local lanes = redis.call('ZRANGEBYSCORE', 'ats:turns', '-inf', now + 2, 'LIMIT', 0, 200)
    local stop = want - share
    while #lanes > 0 and want > stop do
        local again = {}
        for _, config in ipairs(lanes) do
            if want <= stop then return end
            if serve_lane(config) then again[#again + 1] = config end
        end
        lanes = again
    end
end

-- Start a job, or let it wait in its lane: who waits there already goes first.
local function start_or_park(job)
    local waiting = 'ats:waiting:' .. job.config
    local others = redis.call('EXISTS', waiting) == 1
    if others and redis.call('ZSCORE', waiting, job.id) then  -- it came twice, or stood here to wake a worker
        redis.call('HSET', job_key(job.id), 'status', 'rate_limited')
        return
    end
    local limit = limits_for(job.config)
    local verdict = room_here(job.config, limit)
    if verdict == true and not others then
        start_in_lane(job, limit)
        return
    end
    park(job, verdict == true and now or verdict or now + 1000)
    if verdict == true then serve_lane(job.config) end
end

-- Take up a job that came off a queue. What cannot be read is dropped.
local function serve(id, queue)
    local job = string.match(id, '^[%w_-]+$') and job_of(id)
    if not job then
        redis.call('DEL', job_key(id))
        return
    end
    job.queue = queue
    if job.config then start_or_park(job) else start(job, nil, '', false) end
end

-- Take the next jobs off a queue; return how many there were.
local function serve_queue(queue, share)
    local ids = redis.call('LPOP', 'rq:queue:' .. queue, share)
    if not ids then return 0 end
    local in_flight = redis.call('ZMSCORE', 'ats:leases', unpack(ids))
    for i, id in ipairs(ids) do
        if not in_flight[i] and not is_taken[id] then serve(id, queue) end  -- otherwise it came twice
    end
    return #ids
end

-- Tell whether there may be more in the queues than was looked at.
local function serve_queues()
    local looked_at, found = 0, true
    while want > 0 and found and looked_at < MOST_LOOKED_AT do
        found = false
        local share = math.min(MOST_AT_ONCE, math.ceil(want / #KEYS))
        for _, queue in ipairs(KEYS) do
            local count = want > 0 and serve_queue(queue, math.min(share, want)) or 0
            found, looked_at = found or count > 0, looked_at + count
        end
    end
    return found
end

serve_lanes(math.floor((want + turn % 2) / 2))
local there_is_more = serve_queues()
if want > 0 then serve_lanes(want) end
in_bulk(leases, 'ZADD', 'ats:leases')
for registry, members in pairs(started) do in_bulk(members, 'ZADD', registry) end

local next_turn = there_is_more and now or redis.call('ZRANGE', 'ats:turns', 0, 0, 'WITHSCORES')[2]
local lanes = {}
for config in pairs(forgotten) do lanes[#lanes + 1] = config end
return {0, next_turn and math.max(0, next_turn - now) or -1, lanes, taken}
