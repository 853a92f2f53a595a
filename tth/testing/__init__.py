"""For tests of adapters and of programs built on tth: a clock turned by hand, scripted peers, conformance suites."""
