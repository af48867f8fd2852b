"""`make bench`: what is fast and what is not, in one run on one machine, beside what others do on the same machine.

Absolute figures move by a third from run to run, and more on a busy machine; ratios hold. So each figure that has a
target is measured in turns with what it is compared with, several times, and medians are divided.
"""
