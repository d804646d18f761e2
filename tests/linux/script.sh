#!/bin/sh
# shellcheck disable=SC2002,SC2012
# Runs as /init in the kernel under test. Each line that begins with `=` is compared with what the same commands print on the host.
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
echo "= lines $(cat /etc/data /etc/data | wc -c)"
mkdir -p /tmp/a/b
echo one >/tmp/a/f
echo two >>/tmp/a/f
cp /tmp/a/f /tmp/a/b/g
mv /tmp/a/b/g /tmp/a/h
echo "= files $(cat /tmp/a/h | tr '\n' ' ')$(ls /tmp/a | tr '\n' ' ')$(find /tmp/a | wc -l)"
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
