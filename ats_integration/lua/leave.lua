-- Return how many ms a delivery of a slow rate has to wait before it calls: none, unless it was held up on its way for
-- so long that others went in its place. It has a new one by then. ARGV: config, id.

local config, id = ARGV[1], ARGV[2]
local limit = limits_of(config)
if gap_of(limit) == 0 then return 0 end
for call = 1, limit.weight do redis.call('ZREM', 'ats:calls:' .. limit.rate, id .. ':' .. call) end
local at = too_many(limit) or now
leaves_at(limit, id, at)
return math.ceil(at - now)
