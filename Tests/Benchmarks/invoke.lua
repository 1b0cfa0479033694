-- One request again and again: a small JSON payload, or a JSON string of BODY_BYTES bytes.
-- wrk counts answers other than 2xx itself.
local size = tonumber(os.getenv("BODY_BYTES") or "")
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = size and ('"' .. string.rep("x", size - 2) .. '"') or '"world"'
