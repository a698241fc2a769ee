#!/bin/sh
# Two network namespaces as two hosts with a link between them, for as long as a command runs: `two-hosts.sh RATE COMMAND…`.
# RATE is what tc calls a rate, or 0 for a link that is not shaped. Prints what each host sent, in bytes.
set -eu
rate=$1; shift
mark=heed$$
agent=$(mktemp)
trap 'ip netns del ${mark}a; ip netns del ${mark}b; rm -f "$agent"' EXIT
ip netns add ${mark}a; ip netns add ${mark}b
ip link add v${mark}a netns ${mark}a type veth peer name v${mark}b netns ${mark}b
for side in a b; do
  address=10.99.0.1; [ $side = b ] && address=10.99.0.2
  ip -n $mark$side addr add $address/24 dev v$mark$side
  ip -n $mark$side link set lo up
  ip -n $mark$side link set v$mark$side up
  [ "$rate" = 0 ] || ip netns exec $mark$side tc qdisc add dev v$mark$side root tbf rate "$rate" burst 128k latency 50ms
done
# In place of ssh: starts the second host's part of the job there, under a name of its own.
cat >"$agent" <<AGENT
#!/bin/sh
while [ \$1 != 10.99.0.2 ]; do shift; done; shift
exec ip netns exec ${mark}b unshare --uts sh -c "hostname host-b; \$*"
AGENT
chmod +x "$agent"
status=0
AGENT=$agent ip netns exec ${mark}a unshare --uts sh -c 'hostname host-a; exec "$0" "$@"' "$@" || status=$?
for side in a b; do
  sent=$(ip netns exec $mark$side cat /sys/class/net/v$mark$side/statistics/tx_bytes)
  echo "sent $side $sent"
done
exit $status
