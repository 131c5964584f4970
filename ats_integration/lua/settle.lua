-- Acknowledge jobs whose results are recorded: forget them, tell their circuits, and let who waits move up.
--
-- KEYS: none. ARGV: worker, lease, cooldown, failures that open a circuit, then for each job:
-- id, queue, config, verdict (answered, failed, silent, or foreign for a job that RQ itself cleans up),
-- code, ms of calm that the ATS asked for.

local worker, lease, cooldown, threshold = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local PROMOTED_AT_ONCE = 32
local lanes = {}

local function answered(config)
    if redis.call('DEL', 'ats:circuit:' .. config) == 1 and redis.call('EXISTS', 'ats:waiting:' .. config) == 1 then
        look_again(config, now)
    end
end

local function failed(config, code)
    local circuit = 'ats:circuit:' .. config
    local failures = redis.call('HINCRBY', circuit, 'failures', 1)
    redis.call('HSET', circuit, 'code', code)
    if failures >= threshold then
        redis.call('HSETNX', circuit, 'opened_at', now)
        redis.call('HSET', circuit, 'probe_at', now + cooldown)
    end
    redis.call('PEXPIRE', circuit, 86400000)
end

local function calm(config, ms)
    local rate = redis.call('HGET', 'ats:limits:' .. config, 'rate')
    if rate then redis.call('SET', 'ats:pause:' .. rate, 1, 'PX', ms) end
end

-- Keep places for the next waiting jobs of a lane and put them at the head of their queues, which wakes a worker.
local function promote(config)
    local up = {}
    while #up < PROMOTED_AT_ONCE do
        local id = redis.call('ZRANGE', 'ats:waiting:' .. config, 0, 0)[1]
        if not id then break end
        local verdict = room(config, id)
        if verdict ~= true then
            look_again(config, verdict or now)
            break
        end
        redis.call('ZREM', 'ats:waiting:' .. config, id)
        enter(config, id, lease, cooldown)
        up[#up + 1] = id
    end
    for i = #up, 1, -1 do give_back(up[i]) end
end

for i = 5, #ARGV, 6 do
    local id, queue, config, verdict, code, ms = unpack(ARGV, i, i + 5)
    leave(id, queue, config ~= '' and config, worker)
    if verdict ~= 'foreign' then redis.call('DEL', job_key(id)) end
    if config ~= '' then
        lanes[config] = true
        if verdict == 'answered' then answered(config) end
        if verdict == 'failed' then failed(config, code) end
        if tonumber(ms) > 0 then calm(config, ms) end
    end
end
for config in pairs(lanes) do promote(config) end
