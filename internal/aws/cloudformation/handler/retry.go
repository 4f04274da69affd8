package handler

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// How often and how long a handler tries again. AWS's own numbers are not recorded: these are choices.
const (
	serverErrorTries = 6
	throttledTries   = 20
	throttledAtOnce  = 2
	busyFor          = 5 * time.Minute
	defaultWithin    = 30 * time.Minute

	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	firstLook    = 20 * time.Millisecond
	longestLook  = 15 * time.Second
)

// AtOnce is a Result's Again of a step that only waits until its row is kept.
const AtOnce = time.Nanosecond

// pauseFor is how long to wait before a call that has failed is tried again. 0: it has failed for good.
func (t *Type) pauseFor(n *Turn, err error) time.Duration {
	if _, own := errors.AsType[*Failure](err); own {
		return 0
	}
	tries := n.progress.Tries
	e, refused := errors.AsType[*apiclient.Error](err)
	switch {
	case !refused, e.Status >= http.StatusInternalServerError && !isThrottling(e):
		if tries >= serverErrorTries {
			return 0
		}
	case isThrottling(e):
		if tries >= throttledTries {
			return 0
		}
	case t.isBusy(n, e):
		if n.Now.Sub(n.Began) >= busyFor {
			return 0
		}
		n.deadline = n.Began.Add(busyFor)
	default:
		return 0
	}
	return min(firstPause<<min(tries, 10), longestPause)
}

// isBusy is of refusals that pass by themselves: what is deleted has users that go as well, what is changed still changes.
func (t *Type) isBusy(n *Turn, e *apiclient.Error) bool {
	if t.Busy != nil && t.Busy(n, e) {
		return true
	}
	return hasAny(e.Code, "UpdateInProgress", "OperationAborted", "ConcurrentModification") ||
		n.Action == Delete && hasAny(e.Code, "DependencyViolation", "InUse", "ClusterContains", "DeleteConflict")
}

// lookAgain is when to look again at what is not stable yet: seldomer as time goes on, and at last when it has had its time to get so
// (CFN-111).
func (t *Type) lookAgain(n *Turn) (time.Duration, error) {
	waited := n.Now.Sub(n.Began)
	within := cmp.Or(t.Within, defaultWithin)
	if waited >= within {
		return 0, Failed(NotStabilized, "Exceeded attempts to wait")
	}
	n.deadline = n.Began.Add(within)
	return min(max(waited/8, firstLook), longestLook), nil
}
