# Starting a program in the calling task, and a whole round trip, by the size of the image.
# read: Read this like the figure of loading and starting. In the figure of counts, crosses are
#       other kernels, as described in plots/baselines.dat. The counts of xv6 lack the rounds of
#       REP instructions, which are not known. Linux reads a program's pages only when they are
#       used. A round trip of another kernel begins with fork() and exec in place of spawn.
# needs: exec.execve exec.roundtrip
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/execve.gp bochs execve
# The arguments are the view and the name of the figure. The script reads data/ in that folder, and
# baselines.dat in its own folder.

folder = ARG0[1:strlen(ARG0)-strlen("execve.gp")]
index = "data/".ARG1."/index.gp"
figure = ARG2
benchmarks = "exec.execve exec.roundtrip"
titles = "'execve: system call to first user instruction' 'round trip: spawn, exit, wait'"
compared = "linux xv6-64 xv6-32"
load folder."sizes.style"
