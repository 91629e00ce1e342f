#!/usr/bin/env bash
# The whole way by curl: a segment, a campaign, a dry run, the dispatch, and a worker's claim and settle. Needs curl 7.76 and jq 1.6.
#
#   CRM_URL=http://localhost:8006 CRM_TOKEN=$(cat .data/admin-token) examples/journey.sh '{"last_days": 90, "min_total_spent": 100}'
#
# Nothing is sent: what is claimed here is called sent right away.
set -euo pipefail
: "${CRM_URL:?}" "${CRM_TOKEN:?}"
filters=${1:-'{"last_days": 90}'}

headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
# in a file: arguments of a command can be read by everybody on the machine
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$CRM_TOKEN" >"$headers"
# post <path> <body>: the answer. Whatever was lost on the way is asked again: the key makes sure that it is done once.
post() {
  curl -sS --fail-with-body --max-time 60 --retry 5 --retry-connrefused -H "@$headers" -H "Idempotency-Key: $(uuid)" -d "$2" "$CRM_URL$1"
}
uuid() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

segment=$(post /segments "$(jq -n --argjson filters "$filters" '{name: "Journey", $filters}')" | jq -r .id)
echo "segment $segment: $(post "/segments/$segment/preview-users?limit=3" '{}' | jq -c .) and so on"

campaign=$(post /campaigns "$(jq -n --arg segment "$segment" \
  '{name: "Journey", title: "News", message: "See you at the market!", channel: "email", segment_ids: [$segment]}')" | jq -r .id)

# who would get it, and who is left out, and why; nothing is written for them
dry=$(post "/campaigns/$campaign/dispatch?dry_run=true" '{}')
echo "dry run: $(jq -c '{matched, targeted}' <<<"$dry")"

# refused, and nothing written, if by now it would reach another number of customers
dispatch=$(post "/campaigns/$campaign/dispatch" "$(jq '{expected_count: .targeted}' <<<"$dry")" | jq -r .id)

while :; do
  lease=$(post /notifications/claim '{"channel": "email", "limit": 500, "lease_seconds": 60, "worker": "journey.sh"}')
  token=$(jq -r '.lease_token // empty' <<<"$lease")
  [ -n "$token" ] || break
  post /notifications/settle "$(jq '{lease_token, sent: [.notifications[] | {id, delivery_info: {provider_id: "m-\(.id)"}}]}' <<<"$lease")" | jq -c .
done

echo "dispatch $dispatch: $(curl -sS --fail-with-body -H "@$headers" "$CRM_URL/dispatches/$dispatch" | jq -c .progress)"
