package cloudformation

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Failures are what has failed first in the last operation that a caller began on a stack, and first in its rollback; nil: nothing
// has. They are events of resources, or of the stack itself where no resource has failed, such as when it took too long.
func Failures(tx *store.Tx, s *Stack) (first, inRollback *Event) {
	var ofStack *Event
	for e := range Events(tx, s.ID) {
		failed := strings.HasSuffix(e.Status, "_FAILED")
		if e.PhysicalID != s.ID {
			if failed {
				first = e
			}
			continue
		}
		switch status := StackStatus(e.Status); {
		case status == CreateInProgress && e.Detailed == "", status == UpdateInProgress && e.Detailed == "",
			status == DeleteInProgress && e.Reason == userInitiated: // it began here
			if first == nil {
				first = ofStack
			}
			return first, inRollback
		case status == RollbackInProgress, status == UpdateRollbackInProgress, status == DeleteInProgress:
			inRollback, first, ofStack = first, nil, e
		case failed:
			ofStack = e
		}
	}
	if first == nil {
		first = ofStack
	}
	return first, inRollback
}

// userInitiated is the reason of what a caller has begun.
const userInitiated = "User Initiated"
