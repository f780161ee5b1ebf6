# The stage of the benchmarks, to be sourced: the release build, a private cluster and store in a folder that goes when
# the benchmark ends, and an installation with a visit on site. FIELDPROOF_BIN names a program that is built already.
#
#   stage                    build, start the cluster and the store, migrate; gives $work $target $api_port $store
#   serve [ARGUMENT…]        start the API and wait until it is ready; gives $api
#   set_up_office            make the first administrator; play the demonstration's beginning
#   on_site [VISITS]         give $visit (several with commas between, as many teams at once) and the file $work/token of a
#                            lead who is on site there
#   field NAME               the number under NAME in the JSON on the input

# Our own servers are never asked through a proxy of the machine.
export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,::1,localhost"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
work=$(mktemp -d)
chmod 0711 "$work"
api="" store=""

leave() {
  local code=$?
  trap - EXIT
  # Whatever was started in the background and still runs.
  jobs -p | xargs -r kill 2>/dev/null || true
  "$root/scripts/postgres" stop "$work/postgres" >/dev/null 2>&1 || true
  [ "$code" -eq 0 ] || tail -n 5 "$work"/*.log >&2
  rm -rf "$work"
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

free_port() {
  local port=""
  while [ -z "$port" ]; do
    # Below those that Linux gives to outgoing connections: one of them could take it before the server does.
    port=$((30100 + RANDOM % 2600))
    ! (exec 8<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || port=""
  done
  echo "$port"
}

stage() {
  if [ -n "${FIELDPROOF_BIN:-}" ]; then
    target=$(dirname "$(realpath "$FIELDPROOF_BIN")")
  else
    cargo build --release --locked --bin fieldproof --example load
    target=$(realpath -m "${CARGO_TARGET_DIR:-target}/release")
  fi
  superuser=$("$root/scripts/postgres" start "$work/postgres" | tail -n 1)
  DATABASE_URL=$("$root/scripts/postgres" url "$work/postgres" fieldproof)
  local store_port
  store_port=$(free_port)
  api_port=$(free_port)
  export DATABASE_URL FIELDPROOF_S3_ENDPOINT=http://127.0.0.1:$store_port FIELDPROOF_S3_ACCESS_KEY_ID=bench
  export FIELDPROOF_S3_SECRET_ACCESS_KEY=bench-secret FIELDPROOF_S3_BUCKET=fieldproof FIELDPROOF_LISTEN=127.0.0.1:$api_port
  export FIELDPROOF_ACCESS_TOKEN_S=900 FIELDPROOF_RATE_PER_MINUTE=10000000 FIELDPROOF_LOG=warn
  FIELDPROOF_SECRET=$("$target/fieldproof" admin generate-secret | tail -n 1)
  export FIELDPROOF_SECRET=${FIELDPROOF_SECRET#FIELDPROOF_SECRET=}
  "$target/fieldproof" store --root "$work/store" --listen "127.0.0.1:$store_port" >"$work/store.log" 2>&1 &
  store=$!
  "$target/fieldproof" migrate >/dev/null
}

serve() {
  "$target/fieldproof" serve "$@" >>"$work/serve.log" 2>&1 &
  api=$!
  for ((i = 0; i < 150; i++)); do
    ! curl -fsS "http://127.0.0.1:$api_port/health/ready" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  echo "bench: the API did not come up" >&2
  return 1
}

set_up_office() {
  export FIELDPROOF_FIRST_PASSWORD=bench-password-of-the-day
  "$target/fieldproof" admin create-user --login admin --name Bench --role administrator --password-stdin <<<"$FIELDPROOF_FIRST_PASSWORD" >/dev/null
}

on_site() {
  set_up_office
  "$target/fieldproof" demo --url "http://127.0.0.1:$api_port" --stop-on-site "$work/site.json" >/dev/null
  sed -E 's/.*"token":"([^"]*)".*/\1/' "$work/site.json" >"$work/token"
  visit=$(sed -E 's/.*"visit":"([^"]*)".*/\1/' "$work/site.json")
  local first=$visit more
  for ((more = 1; more < ${1:-1}; more++)); do
    visit+=,$(psql_of -At "$DATABASE_URL" -c "WITH again AS (SELECT gen_random_uuid() AS id),
      made AS (INSERT INTO visits SELECT (jsonb_populate_record(visits, jsonb_build_object('id', again.id, 'last_log_number', 0))).*
        FROM visits, again WHERE visits.id = '$first')
      INSERT INTO visit_templates SELECT again.id, template_version_id, position FROM visit_templates, again
        WHERE visit_id = '$first' RETURNING visit_id")
  done
}

psql_of() { "$("$root/scripts/postgres" bindir)/psql" -Xq "$@"; }

field() { sed -E "s/.*\"$1\":([0-9.]+).*/\1/"; }
