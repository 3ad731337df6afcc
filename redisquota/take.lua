-- Takes from several windows, or from none.
--
-- KEYS: the pause of the pool, then its windows.
-- ARGV: for each window N, its period (0: the day, from 00:00 UTC), the slack and
-- the cost; times in microseconds.
-- Returns 0, or how long to wait.
--
-- A window is a list of what was taken, the oldest first: "UNTIL TOTAL", where
-- UNTIL is when it leaves the window and TOTAL the sum of all costs so far. The
-- head of the list has left already, and is there for its TOTAL. Costs that leave
-- in the same thousandth of the period share an entry, so that no window needs
-- more than about a thousand, whatever N is; a day needs one.

local DAY, SECOND = 86400000000, 1000000

local time = redis.call('TIME')
local now = time[1] * SECOND + time[2]

local function read(entry)
  local till, total = string.match(entry, '(%d+) (%d+)')
  return tonumber(till), tonumber(total)
end

local function entry(till, total)
  return string.format('%.0f %.0f', till, total)
end

-- leave drops what has left the window, and returns the total of all that has.
local function leave(key)
  local gone = redis.call('LINDEX', key, 0)
  if not gone then
    return 0
  end
  while true do
    local oldest = redis.call('LINDEX', key, 1)
    if not oldest or read(oldest) > now then
      local _, total = read(gone)
      return total
    end
    redis.call('LPOP', key)
    gone = oldest
  end
end

-- leaving is when the total of all that has left will have reached total.
local function leaving(key, total)
  local from = 1
  while true do
    local entries = redis.call('LRANGE', key, from, from + 63)
    for _, e in ipairs(entries) do
      local till, sum = read(e)
      if sum >= total then
        return till
      end
    end
    if #entries == 0 then
      return now
    end
    from = from + #entries
  end
end

-- over is when a cost taken now leaves its window.
local function over(per, slack)
  local grain = math.ceil(per / 1000)
  local till = now + per + slack
  if per == 0 then
    -- What is on its way at midnight may be counted on either day.
    local taken = now + slack + SECOND
    till, grain = taken - taken % DAY + DAY + slack, SECOND
  end
  return math.ceil(till / grain) * grain
end

local again = tonumber(redis.call('GET', KEYS[1]) or 0)
local windows = {}
for i = 2, #KEYS do
  local a = 4 * (i - 2)
  local w = {
    key = KEYS[i], n = tonumber(ARGV[a + 1]), per = tonumber(ARGV[a + 2]),
    slack = tonumber(ARGV[a + 3]), cost = tonumber(ARGV[a + 4]),
  }
  w.gone = leave(w.key)
  w.till, w.total = read(redis.call('LINDEX', w.key, -1) or '0 0')
  local missing = w.total - w.gone + w.cost - w.n
  if missing > 0 and w.total > w.gone then
    again = math.max(again, leaving(w.key, math.min(w.gone + missing, w.total)))
  end
  windows[#windows + 1] = w
end
if again > now then
  return string.format('%.0f', again - now) -- a text, since not every Lua has integers of 64 bits
end

for _, w in ipairs(windows) do
  local till = math.max(over(w.per, w.slack), w.till)
  if w.total == w.gone then
    redis.call('DEL', w.key)
    redis.call('RPUSH', w.key, '0 0', entry(till, w.cost))
  elseif till == w.till then
    redis.call('LSET', w.key, -1, entry(till, w.total + w.cost))
  else
    redis.call('RPUSH', w.key, entry(till, w.total + w.cost))
  end
  redis.call('PEXPIRE', w.key, math.ceil((till - now) / 1000) + 1000)
end
return 0
