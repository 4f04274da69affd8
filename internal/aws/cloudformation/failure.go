package cloudformation

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Failures are what has failed first in the last operation that a caller began on a stack, and first in its rollback; nil: nothing
// has. They are events of resources, or of the stack itself where no resource has failed, such as when it took too long: what was
// cancelled then has not failed.
func Failures(tx *store.Tx, s *Stack) (first, inRollback *Event) {
	var ofStack *Event
	for e := range Events(tx, s.ID) {
		failed := strings.HasSuffix(e.Status, "_FAILED") && !e.Cancelled()
		if e.PhysicalID != s.ID {
			if failed {
				first = e
			}
			continue
		}
		switch status := StackStatus(e.Status); {
		case status == CreateInProgress && e.Detailed == "", status == UpdateInProgress && e.Detailed == "",
			status == DeleteInProgress && e.Reason == UserInitiated: // it began here
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

// UserInitiated is the reason of what a caller has begun, or given up.
const UserInitiated = "User Initiated"

// Reasons of resources that are not waited for any more, as their operation has failed (CFN-61).
const (
	CreationCancelled = "Resource creation cancelled"
	UpdateCancelled   = "Resource update cancelled"
)

// Cancelled reports whether the event is of a resource that was not waited for any more.
func (e *Event) Cancelled() bool { return e.Reason == CreationCancelled || e.Reason == UpdateCancelled }
