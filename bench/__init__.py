"""Measures the real system; figures are medians of runs on this machine, never asserted.

As under `manage.py up`, numpy computes in one thread.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is loaded, here and in the processes that embed
