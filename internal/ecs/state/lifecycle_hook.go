package state

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// LifecycleHook is a lifecycle hook that a service deployment asks at a stage: a target that is
// called, or a pause until an operator decides. One that is asked at several stages or steps has a
// row for each.
//
//	AWS_LAMBDA: IN_PROGRESS → SUCCEEDED, FAILED or TIMED_OUT
//	PAUSE:      AWAITING_ACTION → SUCCEEDED, FAILED or TIMED_OUT
//
// The scheduler adds it and lets it time out; [AnswerLifecycleHook] has the answer of a target, and
// [DecideLifecycleHook] what ContinueServiceDeployment says.
type LifecycleHook struct {
	ID            string // ecs-pause- or ecs-lambda-, and 43 characters of base64url
	TargetType    types.DeploymentLifecycleHookTargetType
	TargetARN     string // of AWS_LAMBDA
	RoleARN       string // of AWS_LAMBDA: the role that calls it
	Stage         types.DeploymentLifecycleHookStage
	Step          int  // of PRE_PRODUCTION_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT, from 0 on
	Back          bool // it is asked while traffic goes back
	Status        types.DeploymentLifecycleHookStatus
	StatusReason  string // why it FAILED: the last sentence of the status reason of the deployment
	TimeoutAction types.DeploymentLifecycleHookAction
	ExpiresAt     time.Time // when TimeoutAction is taken
	UpdatedAt     time.Time // of Status

	// ExecutionID is the same in each call of one target for one row: AWS calls it again where an
	// answer was lost, or was IN_PROGRESS.
	ExecutionID string
	// CallAt is when a target IN_PROGRESS is called next.
	CallAt time.Time
	// Details are those of the hook's configuration, and after a call those of its last answer: a
	// document as it came; nil is none.
	Details json.RawMessage
	// ProductionWeights and TestWeights are what the target is told, by ARNs of service revisions.
	ProductionWeights, TestWeights map[string]float64
}

// Ended reports whether nothing will happen to the hook any more.
func (h *LifecycleHook) Ended() bool {
	return h.Status != types.DeploymentLifecycleHookStatusInProgress && h.Status != types.DeploymentLifecycleHookStatusAwaitingAction
}

// LifecycleHookAnswer is what the target of a hook has answered.
type LifecycleHookAnswer struct {
	// Status is SUCCEEDED, FAILED or IN_PROGRESS.
	Status       types.DeploymentLifecycleHookStatus
	StatusReason string          // of FAILED
	CallAt       time.Time       // of IN_PROGRESS: when to call again
	Details      json.RawMessage // for the next call; nil keeps those that there are
}

// Hook returns a hook of a service deployment, or nil.
func (d *ServiceDeployment) Hook(id string) *LifecycleHook {
	for i := range d.Hooks {
		if d.Hooks[i].ID == id {
			return &d.Hooks[i]
		}
	}
	return nil
}

// AnswerLifecycleHook notes what a target has answered. It changes nothing where the hook is over, as
// one that has timed out meanwhile or is of a deployment that goes back.
func AnswerLifecycleHook(tx *store.Tx, deploymentARN, hookID string, a LifecycleHookAnswer, now time.Time) {
	changeHook(tx, deploymentARN, hookID, now, func(h *LifecycleHook) {
		h.Status, h.StatusReason, h.CallAt = a.Status, a.StatusReason, a.CallAt
		if a.Details != nil {
			h.Details = a.Details
		}
	})
}

// DecideLifecycleHook does what ContinueServiceDeployment says of a hook that is AWAITING_ACTION:
// CONTINUE, or ROLLBACK. The scheduler sees to the rest.
func DecideLifecycleHook(tx *store.Tx, deploymentARN, hookID string, action types.DeploymentLifecycleHookAction, now time.Time) {
	changeHook(tx, deploymentARN, hookID, now, func(h *LifecycleHook) {
		h.Status = types.DeploymentLifecycleHookStatusSucceeded
		if action == types.DeploymentLifecycleHookActionRollback {
			h.Status = types.DeploymentLifecycleHookStatusFailed
		}
	})
}

func changeHook(tx *store.Tx, deploymentARN, hookID string, now time.Time, change func(*LifecycleHook)) {
	d := FindServiceDeployment(tx, deploymentARN)
	if d == nil || d.Ended() {
		return
	}
	d = d.Clone()
	h := d.Hook(hookID)
	if h == nil || h.Ended() {
		return
	}
	change(h)
	h.UpdatedAt = now
	PutServiceDeployment(tx, d)
}

// WatchLifecycleHooks wakes with the ARN of each service deployment that has, or had, a lifecycle hook with
// a target, whenever it changes.
func WatchLifecycleHooks(s *store.Store) *store.Watch {
	return s.Watch(0, store.On(serviceDeployments, func(before, after *ServiceDeployment) []string {
		for _, d := range []*ServiceDeployment{before, after} {
			if d != nil && slices.ContainsFunc(d.Hooks, func(h LifecycleHook) bool { return h.TargetARN != "" }) {
				return []string{d.ARN}
			}
		}
		return nil
	}))
}
