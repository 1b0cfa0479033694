-- One request again and again: a small JSON payload, a JSON string of BODY_BYTES bytes, or BODY.
-- wrk counts answers other than 2xx itself.
local size = tonumber(os.getenv("BODY_BYTES") or "")
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("BODY") or size and ('"' .. string.rep("x", size - 2) .. '"') or '"world"'
