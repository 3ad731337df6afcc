-- Takes from several windows, or from none.
--
-- KEYS: the pause of the pool, the mark of a loss, then the windows.
-- ARGV: 1 to renew, which takes however full the windows are; then for each window N,
-- its period (0: the day, from 00:00 UTC), the slack, the cost, and when the caller
-- took what has to be in the window still, or 0; times in microseconds.
-- Returns how long to wait, or 0; by how much the clock was found to have gone back;
-- when counters were last found to be lost, or 0; and what time it is.
--
-- A window is a list of what was taken, the oldest first: "UNTIL TOTAL TAKEN", where
-- UNTIL is when it leaves the window, TOTAL the sum of all costs so far, and TAKEN
-- when it was taken. The head of the list has left already, and is there for its
-- TOTAL. Costs that leave in the same thousandth of the period share an entry, so
-- that no window needs more than about a thousand, whatever N is; a day needs one.

local DAY, SECOND = 86400000000, 1000000
local MEMORY = 600000 -- of a loss, in ms: so long, every process hears of it with its next question

local time = redis.call('TIME')
local now = time[1] * SECOND + time[2]
local back = 0

local function read(entry)
  local till, total, taken = string.match(entry, '(%d+) (%d+) ?(%d*)')
  return tonumber(till), tonumber(total), tonumber(taken) or 0
end

local function entry(till, total, taken)
  return string.format('%.0f %.0f %.0f', till, total, taken)
end

local function expire(key, till)
  redis.call('PEXPIRE', key, math.ceil((till - now) / 1000) + 1000)
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

-- rewind is for a clock that has gone back, as after a failover: what was taken last
-- was taken now, and the rest as long before it as it was. Else nothing would leave
-- until the clock is where it was.
local function rewind(w)
  local last = redis.call('LINDEX', w.key, -1)
  if not last then
    return
  end
  local _, _, newest = read(last)
  local behind = newest - now
  if behind <= 0 then
    return
  end
  back = math.max(back, behind)
  local entries = redis.call('LRANGE', w.key, 0, -1)
  redis.call('DEL', w.key)
  for _, e in ipairs(entries) do
    local till, total, taken = read(e)
    if w.per == 0 then
      till = math.min(till, over(w.per, w.slack))
    else
      till = math.max(till - behind, 0)
    end
    redis.call('RPUSH', w.key, entry(till, total, math.max(taken - behind, 0)))
    newest = till
  end
  expire(w.key, newest)
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

-- paused is until when the pool pauses.
local function paused(key)
  local till, from = string.match(redis.call('GET', key) or '', '(%d+) ?(%d*)')
  till, from = tonumber(till) or 0, tonumber(from) or 0
  if from > now then
    back = math.max(back, from - now)
    till = till - (from - now)
    redis.call('SET', key, string.format('%.0f %.0f', till, now), 'PX', math.ceil((till - now) / 1000) + 1000)
  end
  return till
end

local lost = redis.call('GET', KEYS[2]) or '0'

-- result is in texts, since not every Lua has integers of 64 bits.
local function result(wait)
  return {string.format('%.0f', wait), string.format('%.0f', back), lost, string.format('%.0f', now)}
end

local renew = ARGV[1] == '1'
local again = paused(KEYS[1])
local windows = {}
for i = 3, #KEYS do
  local a = 5 * (i - 3) + 1
  local w = {
    key = KEYS[i], n = tonumber(ARGV[a + 1]), per = tonumber(ARGV[a + 2]),
    slack = tonumber(ARGV[a + 3]), cost = tonumber(ARGV[a + 4]),
  }
  rewind(w)
  local last = redis.call('LINDEX', w.key, -1)
  local taken = tonumber(ARGV[a + 5])
  if not last and taken > 0 and (w.per > 0 or taken >= now - now % DAY) then
    lost = string.format('%.0f', now)
    redis.call('SET', KEYS[2], lost, 'PX', MEMORY)
  end
  w.gone = leave(w.key)
  w.till, w.total = read(last or '0 0')
  local missing = w.total - w.gone + w.cost - w.n
  if missing > 0 and w.total > w.gone then
    again = math.max(again, leaving(w.key, math.min(w.gone + missing, w.total)))
  end
  windows[#windows + 1] = w
end
if again > now and not renew then
  return result(again - now)
end

for _, w in ipairs(windows) do
  local till = math.max(over(w.per, w.slack), w.till)
  if w.total == w.gone then
    redis.call('DEL', w.key)
    redis.call('RPUSH', w.key, '0 0', entry(till, w.cost, now))
  elseif till == w.till then
    redis.call('LSET', w.key, -1, entry(till, w.total + w.cost, now))
  else
    redis.call('RPUSH', w.key, entry(till, w.total + w.cost, now))
  end
  expire(w.key, till)
end
return result(0)
