#!/bin/sh
# Trains one run on the machines of a file of hosts, over ssh: HOSTS=deploy/mpi/hosts CONFIG=config.yaml RUN=runs/mine sh deploy/mpi/train.sh
# Heed, configuration and corpus must be on each machine under the same names; only rank 0 writes the run. Lost machines are
# noticed within half a minute.
set -eu
resume=
[ ! -d "$RUN/checkpoints" ] || resume=--resume
exec mpirun --hostfile "$HOSTS" --bind-to none \
  --mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3 \
  ${HEED:-heed} train "$CONFIG" --run "$RUN" $resume
