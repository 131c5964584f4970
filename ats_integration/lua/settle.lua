-- Acknowledge jobs whose results are recorded: forget them, tell their circuits, and let who waits move up.
--
-- KEYS: none. ARGV: worker, cooldown, failures that open a circuit, then for each job:
-- id, queue, config, verdict (answered, failed, hung for a failure by time-out, silent, or foreign for a job that
-- RQ itself cleans up), code, ms of calm that the ATS asked for, ms since the ATS had counted its last call (empty = none left).

local worker, cooldown, threshold = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- So many connections to a vendor must hang before it is the vendor that hangs.
local SEVERAL = 3
local lanes, healthy, left, gone = {}, {}, {}, {}

-- Forget what was held against an ATS, once all jobs are looked at.
local function answered(config, limit)
    for _, circuit in ipairs(circuits_of(config, limit)) do healthy[circuit] = true end
end

-- Count a failure since the last answer; return how many there are.
local function count(circuit, code)
    if healthy[circuit] then redis.call('DEL', circuit) end
    healthy[circuit] = nil
    redis.call('HSET', circuit, 'code', code)
    redis.call('PEXPIRE', circuit, 86400000)
    return redis.call('HINCRBY', circuit, 'failures', 1)
end

local function open(circuit)
    redis.call('HSETNX', circuit, 'opened_at', now)
    redis.call('HSET', circuit, 'probe_at', now + cooldown)
end

local function failed(config, code)
    local circuit = circuit_of(config)
    if count(circuit, code) >= threshold then open(circuit) end
end

-- Count a call that hung against the vendor, too: it may be the same for all of its customers.
local function hung(config, vendor, code)
    local circuit = circuit_of(vendor)
    local failures = count(circuit, code)
    local new = redis.call('HSETNX', circuit, 'hung:' .. config, 1)
    local connections = redis.call('HINCRBY', circuit, 'connections', new)
    if failures >= threshold and connections >= SEVERAL then open(circuit) end
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
        local limit = lanes[config] or limits_of(config)
        lanes[config] = limit
        if ago ~= '' then called(limit, id, tonumber(ago)) end
        if verdict == 'answered' then answered(config, limit) end
        if verdict == 'failed' or verdict == 'hung' then failed(config, code) end
        if verdict == 'hung' and has_vendor(limit) then hung(config, limit.vendor, code) end
        if tonumber(ms) > 0 then calm(limit.rate, ms) end
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
