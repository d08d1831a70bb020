#!/usr/bin/env bash
# Starts Plumbline and Prometheus on loopback and replays real predictions and
# labels. The accuracy of a real model falls and recovers. Ctrl-C stops everything.
# INGEST, WEB and PROMETHEUS override the addresses; SPEED is in events per second.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=build/release/daemon
dir=run
speed=${SPEED:-1000}
ingest=${INGEST:-127.0.0.1:9350}
web=${WEB:-127.0.0.1:9351}
prometheus=${PROMETHEUS:-127.0.0.1:9390}
if ! command -v curl >/dev/null; then
  echo "curl is not installed: this script needs it to wait for the daemon." >&2
  exit 1
fi
# Checked before anything is deleted, or sent to another daemon.
for address in "$ingest" "$web" "$prometheus"; do
  if (exec 3<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; then
    echo "$address is in use, perhaps by another Plumbline. Stop it, or choose" \
      "other addresses: make run INGEST=127.0.0.1:9450 WEB=127.0.0.1:9451" \
      "PROMETHEUS=127.0.0.1:9490" >&2
    exit 1
  fi
done
rm -rf "$dir"
mkdir -p "$dir"

pids=()
cleanup() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  echo "Stopped."
}
trap cleanup EXIT
trap 'exit 130' INT TERM

await() {  # name, url, log: of the last started process
  for _ in $(seq 100); do
    if ! kill -0 "${pids[-1]}" 2>/dev/null; then break; fi
    if curl -fsS -o /dev/null "$2" 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "$1 did not start; see $3:" >&2
  tail -n 5 "$3" >&2
  exit 1
}

"$bin/plumbline" --config.file=config/plumbline.example.yaml \
  --storage.path="$dir/data" \
  --ingest.listen-address="$ingest" --web.listen-address="$web" \
  >"$dir/plumbline.log" 2>&1 &
pids+=($!)
await Plumbline "http://$web/-/ready" "$dir/plumbline.log"

if command -v prometheus >/dev/null; then
  cp deploy/prometheus/prometheus.yml deploy/prometheus/rules.yml "$dir/"
  sed -i "s/: 5s$/: 1s/; s/127\.0\.0\.1:9351/$web/" "$dir/prometheus.yml"
  prometheus --config.file="$dir/prometheus.yml" \
    --storage.tsdb.path="$dir/prometheus" --web.listen-address="$prometheus" \
    >"$dir/prometheus.log" 2>&1 &
  pids+=($!)
  await Prometheus "http://$prometheus/-/ready" "$dir/prometheus.log"
  graph="http://$prometheus/graph?g0.expr=plumbline_accuracy_ratio%7Bwindow%3D%22last_1000%22%7D&g0.tab=0&g0.range_input=5m"
else
  graph=""
  echo "Prometheus is not installed here: see the metrics directly."
fi

cat <<EOF

Plumbline        http://$web/
Metrics          http://$web/metrics
${graph:+Accuracy         $graph
Alerts           http://$prometheus/alerts
}
Replaying 107,136 events of the Australian electricity market (Elec2) at
$speed/s: the predictions of two versions of a classifier, each followed by its
label. Expect accuracy over the last 1,000 pairs to start near 0.85, to fall to
about 0.6 in the second third (the market changes, the models do not), where
the alert PlumblineAccuracyLow fires, and to recover to 0.8 and more.

EOF
"$bin/plumbtool" replay deploy/demo/elec2/predictions.ndjson.gz \
  deploy/demo/elec2/labels.ndjson.gz --to "http://$ingest" --speed "$speed" \
  --rebase
"$bin/plumbtool" query nsw-price-direction --url "http://$web" \
  --window last_1000
echo "Replay done; everything keeps running. Ctrl-C stops it."
if [ -z "${EXIT_AFTER_REPLAY:-}" ]; then wait "${pids[0]}"; fi
