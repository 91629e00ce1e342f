#!/usr/bin/env bash
# A worker in bash: claims a batch, delivers it one by one, settles. docs/workers.md is the contract. Needs curl 7.76 and jq 1.6.
#
#   CRM_URL=http://localhost:8006 CRM_TOKEN=… CHANNEL=sms PROVIDER_URL=https://provider.example/messages examples/worker.sh
#
# SIGTERM lets the delivery under way end, settles what is done and gives back the rest.
set -euo pipefail
: "${CRM_URL:?}" "${CRM_TOKEN:?}" "${CHANNEL:?}" "${PROVIDER_URL:?}"

# It does not extend its leases, so one must last for the whole batch: 20 times at most 5 s.
batch=20 provider_seconds=5 lease_seconds=120

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# in a file: arguments of a command can be read by everybody on the machine
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$CRM_TOKEN" >"$work/crm-headers"

stopping=false claiming=
stop() {
  stopping=true
  [ -z "$claiming" ] || kill "$claiming" 2>/dev/null || true
}
trap stop INT TERM

# call <claim|settle|release> <file with the body>: the answer. What failed on the way, or with a 503, is asked again.
call() {
  exec curl -sS --fail-with-body --max-time 60 --retry 5 --retry-connrefused -H "@$work/crm-headers" -d "@$2" "$CRM_URL/notifications/$1"
}

# In the background, so that a signal is heard while there is nothing to do. The service takes nothing for a client that has left.
claim() {
  jq -n --arg channel "$CHANNEL" --argjson limit $batch --argjson seconds $lease_seconds \
    '{channel: $channel, limit: $limit, lease_seconds: $seconds, wait_seconds: 20, worker: "worker.sh"}' >"$work/claim"
  call claim "$work/claim" >"$work/lease" &
  claiming=$!
  wait "$claiming" || return 1
  claiming=
}

# deliver <notification>: notes what became of it.
deliver() {
  local id status after
  id=$(jq -r .id <<<"$1")
  jq '{to: (.data.email // .user_id), title, message}' <<<"$1" >"$work/message"
  status=$(curl -sS --max-time $provider_seconds -o "$work/answer" -D "$work/answer-headers" -w '%{http_code}' \
    -H "Idempotency-Key: $id" -H 'Content-Type: application/json' -d "@$work/message" "$PROVIDER_URL") || status=000
  case $status in
    2??)
      jq -cn --arg id "$id" --rawfile answer "$work/answer" '{$id, delivery_info: {provider_id: ($answer | fromjson? | .id?)}}' >>"$work/sent"
      ;;
    408 | 429 | 5?? | 000) # it may work later; 000: no answer, and it may have been sent
      after=$(awk 'tolower($1) == "retry-after:" && $2 > 0 { print $2 + 0 }' "$work/answer-headers" 2>/dev/null || true)
      jq -cn --arg id "$id" --arg status "$status" --arg after "$after" \
        '{$id, error: "provider: \($status)"} + if $after == "" then {} else {retry_after_seconds: ($after | tonumber)} end' >>"$work/failed"
      ;;
    *) jq -cn --arg id "$id" --arg status "$status" '{$id, error: "provider: \($status)", retry: false}' >>"$work/failed" ;;
  esac
}

until $stopping; do
  if ! claim; then
    $stopping || sleep 1
    continue
  fi
  token=$(jq -r '.lease_token // empty' "$work/lease")
  [ -n "$token" ] || continue # nothing came: ask again

  : >"$work/sent" >"$work/failed"
  while read -r notification; do
    if $stopping; then break; fi
    deliver "$notification"
  done < <(jq -c '.notifications[]' "$work/lease")

  jq -n --arg token "$token" --slurpfile sent "$work/sent" --slurpfile failed "$work/failed" '{lease_token: $token, $sent, $failed}' >"$work/settle"
  if (call settle "$work/settle") >"$work/settled"; then
    jq -c . "$work/settled"
  else
    echo "not settled, others deliver these: $(cat "$work/settled")" >&2
    continue
  fi
  if [ "$(jq .open "$work/settled")" -gt 0 ]; then
    jq -n --arg token "$token" '{lease_token: $token}' >"$work/release"
    (call release "$work/release") >/dev/null || true
  fi
done
