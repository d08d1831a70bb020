-- Sends the requests of a file (make_requests.cc) one after the other, once or
-- in a circle, and prints what came of it as one line of JSON.
--
-- usage: wrk -t1 ... -s send.lua URL -- FILE once|circle CONNECTIONS

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } plumbline_time;
  int clock_gettime(int clock, plumbline_time* time);
]]

local thread
local requests = {}
local at = 0
local begin
once = false
connections = 0
seconds = 0  -- from the first request to the last, when sent once

local function now()
  local time = ffi.new("plumbline_time")
  ffi.C.clock_gettime(1, time)  -- monotonic
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

function setup(t)
  thread = t
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  once = args[2] == "once"
  connections = tonumber(args[3])
  while true do
    local length = file:read("*l")
    if not length then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
  count = #requests
end

function request()
  at = at + 1
  if at == 1 then begin = now() end
  if at > #requests then
    if once then
      if seconds == 0 then seconds = now() - begin end
      wrk.thread:stop()
    end
    at = 1
  end
  return requests[at]
end

function done(summary)
  local e = summary.errors
  local answered, took = summary.requests, summary.duration / 1e6
  if thread:get("once") then
    took = thread:get("seconds")
    -- Each other connection waited for an answer when the last was wanted.
    answered = thread:get("count") - thread:get("connections") + 1
  end
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "errors": %d}\n', answered, took,
    e.connect + e.read + e.write + e.status + e.timeout))
end
