"""What membership says: charter, colleges, members, board, groups, volunteers, posts, the network among its peers.

What holds on a day is what the entity's last event says, by the time it happened (and, at the same time, by its place
in the log). `…Withdrawn`, and a leaving for the reason `mistake`, say that the thing never was, whatever day they have:
it is counted nowhere. `…Restored` says that an ending, a leaving or a withdrawal was a mistake and all is as before; it
has the day of the ending that it undoes as its time, so that no count in between keeps the mistake.
"""
