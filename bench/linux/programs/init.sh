#!/bin/sh
# /init of `make qemu`.
PATH=/bin
export PATH
cd /tmp || exit
echo "Programs of Linux in /bin; exit ends the machine."
exec sh -i
