-- Pauses a pool, unless it pauses for longer already.
--
-- KEYS: the pause, "TILL FROM". ARGV: for how many microseconds.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local till = now + tonumber(ARGV[1])
local old, from = string.match(redis.call('GET', KEYS[1]) or '', '(%d+) ?(%d*)')
old, from = tonumber(old) or 0, tonumber(from) or 0
local behind = math.max(from - now, 0) -- the clock has gone back
if till > old - behind or behind > 0 then
  till = math.max(till, old - behind)
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', till, now), 'PX', math.ceil((till - now) / 1000) + 1000)
end
return 0
