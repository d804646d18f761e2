# Loading and starting a program, by the size of its image.
# read: Lower is better. Above, values are divided by the number of 4 KiB pages of the image: the
#       left end shows what a start costs whatever the size, the right end what one more page costs.
#       Below, the same values are multiples of the lowest one of that size, so that 1 is the best.
#       If a bar reaches 1, it is undecided whether the value differs from the lowest. Bars are 95 %
#       intervals, in modelled cycles extended to the low and high parameters of the model.
# needs: exec.load exec.spawn
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/exec.gp bochs exec
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("exec.gp")]
index = "data/".ARG1."/index.gp"
figure = ARG2
benchmarks = "exec.spawn exec.load"
titles = "'spawn: system call to first user instruction' 'load: image in memory to segments in place'"
compared = "" # no other kernels
load folder."sizes.style"
