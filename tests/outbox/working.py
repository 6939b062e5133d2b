"""Long work, carried out to its end however slow the machine is."""

from trailhouse.outbox.working import carry_out_due

MOST = 200


def carry_out_all() -> None:
    """Do all steps of what is due: one call of the product's does as many as fit into some seconds."""
    for _ in range(MOST):
        if not carry_out_due():
            return
    raise AssertionError("there is no end to it")
