package lifecyclehook

import (
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// event is the payload of a call, in the order and with the names of AWS's.
// Source: field reports (ECS0270).
type event struct {
	ExecutionDetails executionDetails                   `json:"executionDetails"`
	ExecutionID      string                             `json:"executionId"`
	LifecycleStage   types.DeploymentLifecycleHookStage `json:"lifecycleStage"`
	ResourceARN      string                             `json:"resourceArn"`
	HookDetails      json.RawMessage                    `json:"hookDetails,omitempty"`
}

type executionDetails struct {
	TestTrafficWeights       map[string]float64 `json:"testTrafficWeights"`
	ProductionTrafficWeights map[string]float64 `json:"productionTrafficWeights"`
	ServiceARN               string             `json:"serviceArn"`
	TargetServiceRevisionARN string             `json:"targetServiceRevisionArn"`
}

// payload is what the target of a hook is told.
func payload(d *state.ServiceDeployment, h *state.LifecycleHook) ([]byte, error) {
	return json.Marshal(event{
		ExecutionDetails: executionDetails{
			TestTrafficWeights: weights(h.TestWeights), ProductionTrafficWeights: weights(h.ProductionWeights),
			ServiceARN: d.ServiceARN, TargetServiceRevisionARN: d.Target.ARN,
		},
		ExecutionID: h.ExecutionID, LifecycleStage: h.Stage, ResourceARN: d.ARN, HookDetails: h.Details,
	})
}

// weights has no weights be {}, not null.
func weights(of map[string]float64) map[string]float64 {
	if of == nil {
		return map[string]float64{}
	}
	return of
}
