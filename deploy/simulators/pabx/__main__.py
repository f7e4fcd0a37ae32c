"""`python -m deploy.simulators.pabx`."""

from deploy.simulators.pabx.server import main

main()
