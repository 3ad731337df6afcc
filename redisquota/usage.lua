-- Reads how much of windows is taken, and changes nothing.
--
-- KEYS: the pause of the pool, then the windows, which are lists as in take.lua. Returns for how many
-- microseconds the pool pauses, then what is taken of each window.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local till, from = string.match(redis.call('GET', KEYS[1]) or '', '(%d+) ?(%d*)')
till, from = tonumber(till) or 0, tonumber(from) or 0
local results = {string.format('%.0f', math.max(till - math.max(from, now), 0))}

for i = 2, #KEYS do
  local gone, total = 0, 0
  local entries = redis.call('LRANGE', KEYS[i], 0, -1)
  local _, _, newest = string.match(entries[#entries] or '', '(%d+) (%d+) ?(%d*)')
  local behind = math.max((tonumber(newest) or 0) - now, 0) -- the clock has gone back
  for _, e in ipairs(entries) do
    local over, sum = string.match(e, '(%d+) (%d+)')
    total = tonumber(sum)
    if tonumber(over) - behind <= now then
      gone = total
    end
  end
  results[i] = string.format('%.0f', total - gone)
end
return results
