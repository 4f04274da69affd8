package task

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type StopTaskOutput struct {
	Task Answer
}

// errTaskNotFound is for tasks that are unknown. Source: field reports.
var errTaskNotFound = kit.InvalidParameter("The referenced task was not found.")

// StopTask asks for the end of a task and answers at once, with the lastStatus it
// still has (ECS0003) and without its tags (ECS0063). A task that is stopping or has stopped
// keeps its first reason.
func (a *API) StopTask(ctx context.Context, in *sdk.StopTaskInput) (*StopTaskOutput, error) {
	var stopped *state.Task
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		id, err := c.TaskARN(aws.ToString(in.Task))
		if err != nil {
			return err
		}
		stop := state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: aws.ToString(in.Reason), At: a.Now(), By: awsapi.FromContext(ctx).Principal()}
		if stop.Reason == "" {
			stop.Reason = "Task stopped by user"
		}
		if !state.StopTask(c.Tx, id, stop) {
			return errTaskNotFound
		}
		stopped = state.FindTask(c.Tx, id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &StopTaskOutput{Task: Answer{stoppedTask(stopped), taskAnswers{tx: a.Store.Read(), change: true}}}, nil
}

// stoppedTask is what StopTask shows of a task: of one that has ended already, neither
// attachments nor attributes nor containers nor their overrides (ECS0063).
func stoppedTask(t *state.Task) *state.Task {
	if !t.Ended() {
		return t
	}
	spec, placement := *t.Spec, *t.Placement
	spec.Architecture, placement.AttachmentID, placement.VolumeAttachmentID, placement.ConnectAttachmentID = "", "", "", ""
	if spec.Overrides != nil {
		overrides := *spec.Overrides
		overrides.ContainerOverrides = nil
		spec.Overrides = &overrides
	}
	status := t.Status
	status.Containers = nil
	return &state.Task{ARN: t.ARN, Spec: &spec, Placement: &placement, Stop: t.Stop, Status: status, Version: t.Version}
}
