"""Thousands of kills, over many stores, with each durability.

crash_long.py [KILLS [FIRST]]   3,000 unless told otherwise; FIRST is the number
                                of the first store, so that several can run
                                beside each other

Prints how many there were, how many events and how long it took; fails if one
event was lost or counted twice (crash_test.py).
"""

import os
import sys
import time
import unittest

KILLS_OF_A_STORE = 100


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    os.environ["KILLS"] = str(KILLS_OF_A_STORE)
    import crash_test  # after it is told how many

    class Long(crash_test.CrashTest):
        pass

    suite = unittest.TestSuite()
    for run in range(first, first + max(1, kills // KILLS_OF_A_STORE)):
        def test(self, durability=("process", "power")[run % 2], seed=run):
            self.crash(durability, KILLS_OF_A_STORE, seed)

        name = f"test_run_{run}"
        setattr(Long, name, test)
        suite.addTest(Long(name))
    begin = time.time()
    result = unittest.TextTestRunner(verbosity=2, failfast=True).run(suite)
    print(f"{result.testsRun * KILLS_OF_A_STORE} kills in "
          f"{time.time() - begin:.0f} s, "
          f"{len(result.failures) + len(result.errors)} failed")
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
