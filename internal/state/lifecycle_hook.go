package state

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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
