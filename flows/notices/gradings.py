"""Of photos that were looked at."""

from flows import grade_report
from flows.menu import ON
from flows.notices.notice import Notice, Opener
from flows.say import msg

LOOKED_AT = Opener(msg("We have looked at your photo."), ON)
NOTICES = {
    "grading.graded": Notice(("person_id",), grade_report.graded, urgent=True, opener=LOOKED_AT),
    "grading.not_gradable": Notice(("person_id",), grade_report.not_gradable, urgent=True, opener=LOOKED_AT),
    "grading.advised": Notice(("person_id",), grade_report.advised, urgent=True, opener=LOOKED_AT),
    "grading.seen": Notice(("person_id",), grade_report.seen, urgent=True, opener=LOOKED_AT),
}
