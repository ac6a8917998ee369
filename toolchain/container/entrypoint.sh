#!/bin/sh
# What a container of the image runs: `entrypoint.sh <command> [arguments]`.
set -eu
command=${1:-api}
[ $# -eq 0 ] || shift
case "$command" in
  api | worker | simulator) main=services/$command/main.ts ;;
  migrate | admin-token | rotate-master-key) main=services/admin/main.ts && set -- "$command" "$@" ;;
  backup | restore) main=services/backup/main.ts && set -- "$command" "$@" ;;
  audit | doctor | health | secrets) main=services/$command/main.ts ;;
  plugins) main=toolchain/fetch-plugins.mjs ;;
  *)
    echo "no command $command: api, worker, migrate, simulator, secrets, plugins, backup, restore, admin-token, rotate-master-key, audit, doctor or health" >&2
    exit 2
    ;;
esac
# From the folder that this process may write to; exec, so that signals reach the program.
cd "${FLEETYARD_DATA_DIR:-/tmp}"
exec node --disable-warning=ExperimentalWarning "/fleetyard/$main" "$@"
