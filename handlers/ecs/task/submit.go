package task

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// acknowledged is the answer to reports. Source: ECS API reference; agents do not look at
// it.
var acknowledged = aws.String("ACK")

// SubmitTaskStateChange moves a task on a container instance that was registered by hand,
// as its agent would. What comes too late is acknowledged and has no effect.
//
// Source: ECS API reference, SubmitTaskStateChange; amazon-ecs-agent for what it sends.
func (a *API) SubmitTaskStateChange(ctx context.Context, in *sdk.SubmitTaskStateChangeInput) (*sdk.SubmitTaskStateChangeOutput, error) {
	err := a.submit(ctx, in.Cluster, in.Task, func(r *report) error {
		for _, change := range in.Containers {
			if err := r.container(change); err != nil {
				return err
			}
		}
		for _, change := range in.ManagedAgents {
			if err := r.managedAgent(change); err != nil {
				return err
			}
		}
		for _, change := range in.Attachments {
			if err := r.attachment(change); err != nil {
				return err
			}
		}
		r.times(in)
		return r.task(aws.ToString(in.Status), aws.ToString(in.Reason))
	})
	return &sdk.SubmitTaskStateChangeOutput{Acknowledgment: acknowledged}, err
}

// SubmitContainerStateChange is a report about one container.
// Source: ECS API reference, SubmitContainerStateChange.
func (a *API) SubmitContainerStateChange(ctx context.Context, in *sdk.SubmitContainerStateChangeInput) (*sdk.SubmitContainerStateChangeOutput, error) {
	err := a.submit(ctx, in.Cluster, in.Task, func(r *report) error {
		return r.container(types.ContainerStateChange{
			ContainerName: in.ContainerName, ExitCode: in.ExitCode, NetworkBindings: in.NetworkBindings,
			Reason: in.Reason, RuntimeId: in.RuntimeId, Status: in.Status,
		})
	})
	return &sdk.SubmitContainerStateChangeOutput{Acknowledgment: acknowledged}, err
}

// SubmitAttachmentStateChanges is a report about network interfaces and volumes of tasks.
// Source: ECS API reference, SubmitAttachmentStateChanges. The refusal is the emulator's own.
func (a *API) SubmitAttachmentStateChanges(ctx context.Context, in *sdk.SubmitAttachmentStateChangesInput) (*sdk.SubmitAttachmentStateChangesOutput, error) {
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		for _, change := range in.Attachments {
			id := arn.Name(aws.ToString(change.AttachmentArn))
			tasks := state.Tasks(c.Tx, c.Cluster)
			at := slices.IndexFunc(tasks, func(t *state.Task) bool { return attachmentOf(t, id) != nil })
			if at < 0 {
				return kit.InvalidParameter("The referenced attachment was not found.")
			}
			err := reportOn(c, tasks[at].ARN, a.Now(), func(r *report) error { return r.attachment(change) })
			if err != nil {
				return err
			}
		}
		return nil
	})
	return &sdk.SubmitAttachmentStateChangesOutput{Acknowledgment: acknowledged}, kit.AgentsError(err)
}

// submit writes what an agent reports about a task.
func (a *API) submit(ctx context.Context, cluster, task *string, say func(r *report) error) error {
	return kit.AgentsError(a.UpdateIn(ctx, cluster, func(c kit.InCluster) error {
		id, err := c.TaskARN(aws.ToString(task))
		if err != nil {
			return err
		}
		return reportOn(c, id, a.Now(), say)
	}))
}

// reportOn writes what is said about a task, if it is new.
func reportOn(c kit.InCluster, id string, now time.Time, say func(r *report) error) error {
	task := state.FindTask(c.Tx, id)
	switch {
	case task == nil:
		return errTaskNotFound
	case !task.Placement.ByHand:
		return kit.InvalidParameter("ecs-emulator runs task " + arn.Name(id) + " itself: only those on container instances registered by hand move by reports.")
	}
	r := newReport(task, taskDefinitionOf(c.Tx, task), now)
	if err := say(r); err != nil {
		return err
	}
	if task.Ended() || reflect.DeepEqual(r.status, task.Status) && r.stop == nil {
		return nil
	}
	announced := r.stop != nil || !reflect.DeepEqual(withoutAgents(r.status), withoutAgents(task.Status))
	return state.PutTaskStatus(c.Tx, id, state.TaskStep{Status: r.status, Stop: r.stop, Announced: announced, At: now})
}

// taskDefinitionOf is what a task was made of; nil where that is gone.
func taskDefinitionOf(tx *store.Tx, task *state.Task) *types.TaskDefinition {
	if row := taskdefinition.Find(tx, task.Scope(), task.Spec.Family, task.Spec.Revision); row != nil {
		return row.Definition()
	}
	return nil
}
