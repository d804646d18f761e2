#!/bin/sh
# The program /init of `make qemu`, if the machine has Linux programs.
PATH=/bin
export PATH
cd /tmp || exit
echo "Linux programs in /bin; exit ends the machine."
exec sh -i
