-- Acknowledge jobs whose results are recorded: forget them, tell their circuits, and let who waits move up.
--
-- KEYS: none. ARGV: worker, cooldown, failures that open a circuit, then for each job:
-- id, queue, config, verdict (answered, failed, silent, or foreign for a job that RQ itself cleans up),
-- code, ms of calm that the ATS asked for, ms since the ATS had counted its last call (empty = none left).

local worker, cooldown, threshold = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local lanes, healthy, left, gone = {}, {}, {}, {}

local function answered(config)
    healthy['ats:circuit:' .. config] = true
end

local function failed(config, code)
    local circuit = 'ats:circuit:' .. config
    if healthy[circuit] then redis.call('DEL', circuit) end
    healthy[circuit] = nil
    local failures = redis.call('HINCRBY', circuit, 'failures', 1)
    redis.call('HSET', circuit, 'code', code)
    if failures >= threshold then
        redis.call('HSETNX', circuit, 'opened_at', now)
        redis.call('HSET', circuit, 'probe_at', now + cooldown)
    end
    redis.call('PEXPIRE', circuit, 86400000)
end

-- Count the calls of a delivery from when the ATS did.
local function called(limit, id, ms)
    if not limit.calls or limit.calls == 0 then return end
    local made = 'ats:calls:' .. limit.rate
    for call = 1, limit.weight do redis.call('ZADD', made, 'XX', now - ms, id .. ':' .. call) end
    redis.call('PEXPIRE', made, limit.per * 2)
end

-- Leave an ATS alone for so long, or for as long as it asked for before.
local function calm(rate, ms)
    if not rate or redis.call('PTTL', 'ats:pause:' .. rate) >= tonumber(ms) then return end
    redis.call('SET', 'ats:pause:' .. rate, 1, 'PX', ms)
end

-- Let the next waiting job of a lane have its turn. A worker that waits at an empty queue is woken by its id
-- there; it stays in its lane, so that lanes and queues go on taking turns.
local function move_up(config)
    local id = redis.call('ZRANGE', 'ats:waiting:' .. config, 0, 0)[1]
    if not id then
        redis.call('ZREM', 'ats:turns', config)
        return
    end
    local verdict = room(config, limits_of(config))
    look_again(config, verdict ~= true and verdict or now, true)
    local origin = verdict == true and fields(id, 'origin')[1]
    if origin and redis.call('EXISTS', 'rq:queue:' .. origin) == 0 then redis.call('LPUSH', 'rq:queue:' .. origin, id) end
end

for i = 4, #ARGV, 7 do
    local id, queue, config, verdict, code, ms, ago = unpack(ARGV, i, i + 6)
    if config == '' then config = lane_of(id) end
    left[#left + 1] = {id = id, queue = queue, config = config, worker = worker}
    if verdict ~= 'foreign' then gone[#gone + 1] = job_key(id) end
    if config then
        lanes[config] = lanes[config] or limits_of(config)
        if ago ~= '' then called(lanes[config], id, tonumber(ago)) end
        if verdict == 'answered' then answered(config) end
        if verdict == 'failed' then failed(config, code) end
        if tonumber(ms) > 0 then calm(lanes[config].rate, ms) end
    end
end
leave(left)
local deliveries = #gone
for circuit in pairs(healthy) do gone[#gone + 1] = circuit end
in_bulk(gone, 'DEL')
if redis.call('EXISTS', 'ats:turns') == 1 then
    for config in pairs(lanes) do move_up(config) end
end

-- The number that RQ's tools show; a worker that is not registered just now has none.
local myself = 'rq:worker:' .. worker
if redis.call('EXISTS', myself) == 1 then redis.call('HINCRBY', myself, 'successful_job_count', deliveries) end
