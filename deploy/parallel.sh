#!/bin/sh
# Translates a text on this machine, or on those of --sshlogin, by GNU parallel:
#   RUN=runs/en-fr INPUT=news.en PARTS=parts SHARES=8 sh deploy/parallel.sh --jobs 2 > news.fr
# Options go to parallel. Started again, shards that are done are left alone. On other machines, RUN, INPUT and PARTS
# must be there under the same names: a shared file system, and --wd . to start in this folder.
set -eu
export RUN INPUT PARTS SHARES HEED="${HEED:-heed}"
seq "$SHARES" | parallel --env RUN --env INPUT --env PARTS --env SHARES --env HEED --retries 3 "$@" \
  '$HEED translate "$RUN" --shard {}/"$SHARES" --parts "$PARTS" < "$INPUT"'
exec $HEED merge "$PARTS"
