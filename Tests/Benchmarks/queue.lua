-- SQS by its JSON protocol. QUEUE_MODE: send (one message a request), batch (ten), cycle (receive one, delete it, in turn).
local mode, url = os.getenv("QUEUE_MODE"), os.getenv("QUEUE_URL")
local body = string.rep("x", 200)
local handles = {}
local threads = {}
received, deleted = 0, 0

local function call(action, members)
  return wrk.format("POST", "/", {
    ["Content-Type"] = "application/x-amz-json-1.0",
    ["X-Amz-Target"] = "AmazonSQS." .. action,
    ["X-Amz-Date"] = "20260101T000000Z",
    ["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, "
      .. "SignedHeaders=host;x-amz-date, Signature=" .. string.rep("0", 64),
  }, '{"QueueUrl":"' .. url .. '"' .. members .. "}")
end

local function entries()
  local list = {}
  for number = 1, 10 do list[number] = '{"Id":"' .. number .. '","MessageBody":"' .. body .. '"}' end
  return ',"Entries":[' .. table.concat(list, ",") .. "]"
end

local fixed

function setup(thread)
  table.insert(threads, thread)
end

function init()
  if mode == "send" then
    fixed = call("SendMessage", ',"MessageBody":"' .. body .. '"')
  elseif mode == "batch" then
    fixed = call("SendMessageBatch", entries())
  else
    fixed = call("ReceiveMessage", "")
  end
end

function request()
  if mode == "cycle" and #handles > 0 then
    return call("DeleteMessage", ',"ReceiptHandle":"' .. table.remove(handles) .. '"')
  end
  return fixed
end

if mode == "cycle" then
  function response(status, headers, text)
    if status ~= 200 then return end
    local handle = text:match('"ReceiptHandle"%s*:%s*"([^"]+)"')
    if handle then
      handles[#handles + 1] = handle
      received = received + 1
    elseif not text:find("Message", 1, true) then
      deleted = deleted + 1
    end
  end
end

function done(summary, latency, requests)
  local gone = 0
  for _, thread in ipairs(threads) do gone = gone + thread:get("deleted") end
  io.write(string.format("Deleted/sec: %.1f\n", gone / (summary.duration / 1e6)))
end
