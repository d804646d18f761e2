# Loading and starting a program, by the size of its image.
# read: Lower is better. A spawn includes a load, and also makes the task and its address space, so
#       the two can differ in which strategy is lowest. In the upper row, values are divided by the
#       number of 4 KiB pages of the image, and both axes are logarithmic. The left end of a curve
#       shows the part of a start that does not depend on the size; the right end shows the cost of
#       one more page. In modelled cycles this cost rises again where the image no longer fits in
#       the caches. In the lower row, the same values are multiples of the lowest value of each
#       size, so 1 is the best; each panel has a scale of its own. Points of one size are drawn side
#       by side. Bars are 95 % intervals. In modelled cycles they also cover the low and high
#       parameters of the model. A value whose bar reaches 1 is not significantly higher than the
#       lowest.
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
