#!/bin/sh
# shellcheck disable=SC2002,SC2012,SC2094
# Runs as /init in the kernel under test, and on the host for comparison. tests/linux/run.sh
# compares the output lines that begin with `=`.
PATH=/bin
export PATH

echo "= for $(for i in 1 2 3; do printf '%s,' $i; done)"
i=0
while [ $i -lt 30 ]; do i=$((i + 1)); done
echo "= while $i"
echo "= pipe $(seq 1 1000 | grep 7 | sort -rn | head -n 3 | tr '\n' ' ')"
echo "= awk $(seq 1 200 | awk '{ s += $1 * $1 } END { print s, NR, s / NR }')"
echo "= sort $(printf 'pear\napple\nfig\napple\n' | sort | uniq -c | tr -s ' \n' ' ')"
echo "= md5 $(md5sum </bin/busybox)"
echo "= data $(md5sum </etc/data)"
echo "= names $(stat -c %h /etc/data /etc/other | tr '\n' ' ')$(md5sum </etc/other)"
echo "= lines $(cat /etc/data /etc/data | wc -c)"
mkdir -p /tmp/a/b
echo one >/tmp/a/f
echo two >>/tmp/a/f
cp /tmp/a/f /tmp/a/b/g
mv /tmp/a/b/g /tmp/a/h
echo "= files $(cat /tmp/a/h | tr '\n' ' ')$(ls /tmp/a | tr '\n' ' ')$(find /tmp/a | wc -l)"
(umask 027; echo >/tmp/a/m; chmod u+x /tmp/a/m)
echo "= mode $(stat -c %a /tmp/a/m)"
ln -s h /tmp/a/l
cat </tmp/a/l >/tmp/a/copy
echo "= link $(readlink /tmp/a/l) $(wc -l </tmp/a/copy)"
# Devices, and file locks.
echo "= random $(head -c 1000 /dev/urandom | wc -c) $(head -c 7 /dev/random | wc -c)"
echo "= full $(cat /etc/data 2>/dev/null >/dev/full; echo $?) $(head -c 5000 /dev/full | tr -d '\000' | wc -c)"
echo "= flock $(/bin/busybox flock /tmp/a/lock echo locked; /bin/busybox flock -n /tmp/a/lock /bin/busybox flock -n /tmp/a/lock echo no; echo $?)"
# Programs and long scripts that were written to a file at run time.
cp /bin/busybox /tmp/a/busybox
echo "= copied $(/tmp/a/busybox seq 3 | /tmp/a/busybox tr '\n' ' ')$(/tmp/a/busybox md5sum </tmp/a/busybox)"
(echo '#!/bin/busybox awk -f'; for i in $(seq 600); do echo "# line $i"; done; echo 'BEGIN { print ARGV[1], ARGC }') >/tmp/a/script
chmod 755 /tmp/a/script
echo "= script $(/tmp/a/script one two) $?"
(head -c 100000 /bin/busybox >/tmp/a/short; chmod 755 /tmp/a/short; /tmp/a/short) 2>/dev/null
echo "= short $(($? != 0))"
rm -r /tmp/a
echo "= gone $(ls /tmp/a 2>&1 | wc -l)"
echo "= sed $(echo abcdef | sed 's/c\(.\)e/[\1]/')"
(exit 9)
echo "= status $?"
false_or() { return 3; }
false_or
echo "= function $?"
i=0
while [ $i -lt 25 ]; do /bin/true && i=$((i + 1)); done
echo "= forks $i"
echo "= here $(cat <<END
a document
END
)"
echo "= subshell $(cd /etc && pwd) $(pwd)"
echo "= read $(printf 'a b\nc d\n' | while read -r x y; do printf '%s-%s ' "$y" "$x"; done)"
echo "= glob $(cd /etc && echo da*)"
echo "= dd $(dd if=/etc/data bs=1000 count=7 2>/dev/null | wc -c)"
echo "= xargs $(seq 1 6000 | xargs -s 30000 -n 6000 echo | head -n 1 | md5sum)"
echo "= longest $(seq 1 20000 | xargs -s 130000 | wc -w)"
echo "= environment $(big=$(head -c 100000 /etc/data) env | grep '^big=' | wc -c)"
# Signals to the shell itself and to children that compute, sleep or wait for a pipe; SIGPIPE.
(sleep 0.1; exit 3) &
wait $!
echo "= background $?"
for i in 5 6; do (sleep 0.1; exit $i) & jobs="$jobs $!"; done
for job in $jobs; do wait "$job"; got="$got $?"; done
echo "= jobs$got"
caught=0
trap 'caught=$((caught + 1))' USR1
kill -USR1 $$
kill -USR1 $$
trap - USR1
echo "= trap $caught"
echo "= exit $(sh -c 'trap "echo trapped" EXIT; exit 4'; echo $?)"
echo "= sigpipe $(yes | head -n 2 | tr '\n' ' ')"
for what in 'exec sleep 100' 'while :; do :; done' 'yes | sleep 0.3'; do
	sh -c "$what" &
	job=$!
	sleep 0.1
	kill $job
	wait $job 2>/dev/null
	echo "= killed $? $what"
done
echo "= timeout $(timeout 1 sleep 10; echo $?)"
echo "= ignored $(trap '' TERM; sh -c 'kill -TERM $$; echo alive')"
sh -c 'kill -SEGV $$' 2>/dev/null
echo "= segv $?"
for shell in bash-static sash; do
	command -v $shell >/dev/null || continue
	echo "= $shell $($shell -c 'echo one two')"
done
if command -v bash-static >/dev/null; then
	# shellcheck disable=SC2016
	echo "= bash $(bash-static -c 'set -e; a=(3 1 2); { for i in "${a[@]}"; do (sleep 0.$i; echo $i) & done; wait; } | sort; trap "echo term" TERM; kill $$; echo $(seq 3 | while read x; do echo -n $((x * x)),; done)' | tr '\n' ' ')"
fi
