package codedeploy

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var runs = store.NewTable("codedeploy-run", func(r *Run) string { return r.ID })

var (
	unfinished = runs.Index(func(r *Run) string {
		if r.Ended() {
			return ""
		}
		return "unfinished"
	})
	finished = runs.Ages(func(r *Run) time.Time { return r.FinishedAt })
)

// Run is what became of a deployment. The controller writes it; a deployment without one has not begun.
type Run struct {
	ID     string // of the deployment
	Status types.DeploymentStatus
	Events []Event // in their order (CD0006)

	Blue, Green Set
	Rules       []Led
	Step        int // of the course of the traffic, that is in effect
	ShiftedAt   time.Time
	ReadyAt     time.Time
	WaitsAt     time.Time // the wait before the original task set goes
	ScaledAt    time.Time // since when a task set lacks tasks to which traffic is to go; zero: it does not

	Failure    *types.ErrorInformation
	Rollback   *types.RollbackInfo
	StartedAt  time.Time
	FinishedAt time.Time
	UpdatedAt  time.Time
	Version    int64 // of the events that EventBridge is told
}

// Event is a lifecycle event.
type Event struct {
	Name               string
	Status             types.LifecycleEventStatus
	StartedAt, EndedAt time.Time
	// Function is called once, at CalledAt, and names the execution in its answer. "": there is none.
	Function, ExecutionID string
	CalledAt              time.Time
	Message               string // why it failed
}

// Set is a task set of the service.
type Set struct {
	ID, ARN     string
	TargetGroup string // ARN
}

// Led is a rule, or the default one of a listener if Rule is "", whose weights the run has set last: other ones are a change
// of a user.
type Led struct {
	Listener, Rule string           // ARNs
	Set            map[string]int32 // weights by the ARNs of target groups
}

// Ended reports whether nothing more becomes of the deployment.
func (r *Run) Ended() bool {
	switch r.Status {
	case types.DeploymentStatusSucceeded, types.DeploymentStatusFailed, types.DeploymentStatusStopped:
		return true
	}
	return false
}

// FindRun returns what became of a deployment by its id, or nil.
func FindRun(tx *store.Tx, id string) *Run { return runs.Get(tx, id) }

// Unfinished are the runs under way, in order of their ids.
func Unfinished(tx *store.Tx) []*Run { return unfinished.List(tx, "unfinished") }

// PutRun writes a run. In the ledger the deployment ends with it, or with the one that takes it back.
func PutRun(tx *store.Tx, r *Run) {
	was := runs.Get(tx, r.ID)
	runs.Put(tx, r)
	if !r.Ended() || was != nil && was.Ended() || r.Rollback != nil && r.Rollback.RollbackDeploymentId != nil {
		return
	}
	billed := r
	if r.Rollback != nil {
		if taken := FindRun(tx, aws.ToString(r.Rollback.RollbackTriggeringDeploymentId)); taken != nil {
			billed = taken
		}
	}
	if d := FindDeployment(tx, billed.ID); d != nil {
		ledger.EndDeployment(tx, d.ServiceARN, d.ID, string(billed.Status), r.FinishedAt)
	}
}

// KeepEnded is how long deployments that have ended are kept, and mostEnded how many of them. AWS has not published how long it
// keeps them, so both are choices.
const (
	KeepEnded = 90 * 24 * time.Hour
	mostEnded = 10_000
)

// ForgetDeployments removes deployments that ended before a time, and the oldest beyond 10,000.
func ForgetDeployments(tx *store.Tx, before time.Time) {
	for _, r := range append(finished.Before(tx, before), finished.Above(tx, mostEnded)...) {
		if d := FindDeployment(tx, r.ID); d != nil {
			deployments.Delete(tx, d)
		}
		runs.Delete(tx, r)
	}
}
