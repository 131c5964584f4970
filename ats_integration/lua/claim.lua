-- Take up to `want` jobs that may run now, from the waiting lanes and the queues, and register them as started.
--
-- KEYS: the queues, the first one is asked first. ARGV: want, worker, lease, cooldown, budget, turn.
-- Returns: suspended (0/1), ms until a lane's turn comes (-1 = none waits), lanes whose limits are not
-- known, and for each job: id, queue, data, the code with which it dies unsent (empty = it runs).

local want, worker, lease = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local cooldown, budget, turn = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local DAY, MOST_LOOKED_AT = 86400, 1000
local taken, unknown, parked = {}, {}, 0

if redis.call('EXISTS', 'rq:suspended') == 1 then return {1, -1, {}, {}} end

local function start(id, queue, data, dies)
    redis.call('HSET', job_key(id), 'status', 'started', 'worker_name', worker)
    redis.call('ZADD', 'ats:leases', now + lease, id)
    redis.call('ZADD', 'rq:wip:' .. queue, time[1] + DAY, id .. ':' .. worker)
    for _, value in ipairs({id, queue, data, dies}) do taken[#taken + 1] = value end
    want = want - 1
end

-- Return the reason of an outage that is older than the budget, for a job that has waited as long.
local function lost_to_outage(config, since)
    local circuit = redis.call('HMGET', 'ats:circuit:' .. config, 'opened_at', 'code')
    if circuit[1] and now - math.max(tonumber(circuit[1]), since) >= budget then return circuit[2] end
end

local function start_waiting(config, id)
    local job = redis.call('HMGET', job_key(id), 'data', 'origin')
    redis.call('ZREM', 'ats:waiting:' .. config, id)
    if job[1] and job[2] then
        start(id, job[2], job[1], '')
        enter(config, id, lease, cooldown)
    end
end

-- Take one job of a lane whose turn has come; tell whether there may be another.
local function serve_lane(config)
    local head = redis.call('ZRANGE', 'ats:waiting:' .. config, 0, 0, 'WITHSCORES')
    if #head == 0 then
        redis.call('ZREM', 'ats:turns', config)
        return false
    end
    local code = lost_to_outage(config, head[2] / 1000)
    if code then
        local job = redis.call('HMGET', job_key(head[1]), 'data', 'origin')
        redis.call('ZREM', 'ats:waiting:' .. config, head[1])
        if job[1] and job[2] then start(head[1], job[2], job[1], code) end
        return true
    end
    local verdict = room(config, head[1])
    if verdict == true then
        start_waiting(config, head[1])
        return true
    end
    if verdict == nil then unknown[#unknown + 1] = config end
    look_again(config, verdict or now + 1000)
    return false
end

-- Let each lane whose turn has come go once around, until `share` jobs are taken.
local function serve_lanes(share)
    local lanes = redis.call('ZRANGEBYSCORE', 'ats:turns', '-inf', now, 'LIMIT', 0, 200)
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

local function park(id, config, since, at)
    parked = parked + 1
    redis.call('HSET', job_key(id), 'status', 'rate_limited')
    redis.call('ZADD', 'ats:waiting:' .. config, since and since * 1000 or order + parked, id)
    look_again(config, at, true)
end

-- Start the next job of a queue, or let it wait in its lane; tell whether the queue had one.
local function serve_queue(queue)
    local id = redis.call('LPOP', 'rq:queue:' .. queue)
    if not id then return false end
    local readable, data = pcall(redis.call, 'HGET', job_key(id), 'data')
    if not readable or type(data) ~= 'string' then
        redis.call('DEL', job_key(id))
        return true
    end
    if redis.call('ZSCORE', 'ats:leases', id) then return true end  -- it came twice and is in flight
    local config, since = lane_of(id)
    if not config then
        start(id, queue, data, '')
        return true
    end
    local verdict = room(config, id)
    local is_promoted = redis.call('ZSCORE', 'ats:slots:' .. config, id)
    if verdict == true and (is_promoted or redis.call('EXISTS', 'ats:waiting:' .. config) == 0) then
        start(id, queue, data, '')
        enter(config, id, lease, cooldown)
    else
        if verdict == nil then unknown[#unknown + 1] = config end
        park(id, config, since, verdict == true and now or verdict or now + 1000)
    end
    return true
end

local function serve_queues()
    local looked_at, found = 0, true
    while want > 0 and found and looked_at < MOST_LOOKED_AT do
        found = false
        for _, queue in ipairs(KEYS) do
            if want > 0 and serve_queue(queue) then found, looked_at = true, looked_at + 1 end
        end
    end
end

serve_lanes(math.floor((want + turn % 2) / 2))
serve_queues()
if want > 0 then serve_lanes(want) end

local next_turn = redis.call('ZRANGE', 'ats:turns', 0, 0, 'WITHSCORES')[2]
return {0, next_turn and math.max(0, next_turn - now) or -1, unknown, taken}
