#!/bin/sh
# What a user-mode Linux runs in place of a whole system: one of the tests' programs, on a disk of its own.
# The kernel hands on the words of its command line:
#   DISK_TYPE  the file system on the disk
#   TEST       the program, and CHILD the test in it
#   SLACK      a library to be loaded into the daemon, if any
# All of the host can be read and nothing of it written; /mnt is the disk, /run is for what is thrown away.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
ip link set lo up
mount -t "$DISK_TYPE" /dev/ubda /mnt || echo "the disk can't be mounted"
export TMPDIR=/run HOME=/run PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SLACK
"$TEST" --ignored --exact --nocapture --test-threads 1 "$CHILD"
umount /mnt
echo "the guest ends"
echo o > /proc/sysrq-trigger
sleep 60
