package task

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
)

// report is what an agent says about a task, and what becomes of the task.
type report struct {
	before *state.Task
	def    *types.TaskDefinition // nil where that is gone
	now    time.Time

	status state.TaskStatus
	stop   *state.Stop // why the task ends, if it does so by itself
}

func newReport(task *state.Task, def *types.TaskDefinition, now time.Time) *report {
	return &report{before: task, def: def, now: now, status: task.Status.Clone()}
}

// end ends the task by itself: it has not run, or what it cannot do without has exited.
// A reason of the agent's stands in place of the usual one.
// Source: field reports of stopped tasks on container instances.
func (r *report) end(reason string) {
	if r.before.Stop != nil {
		return
	}
	if r.stop == nil {
		r.stop = &state.Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "Essential container in task exited", At: r.now}
		if r.status.StartedAt.IsZero() && !slices.ContainsFunc(r.status.Containers, r.hasRun) {
			r.stop.Code, r.stop.Reason = types.TaskStopCodeTaskFailedToStart, "Task failed to start"
		}
	}
	keep(&r.stop.Reason, &reason)
}

// attachment takes what is said of the task's network interface or volume: with all that it
// has, the task no longer waits.
func (r *report) attachment(change types.AttachmentStateChange) error {
	find := attachmentOf(r.before, arn.Name(aws.ToString(change.AttachmentArn)))
	if find == nil {
		return kit.InvalidParameter("The referenced attachment was not found.")
	}
	known := find(&r.status)
	switch status := aws.ToString(change.Status); status {
	case "ATTACHED", "DETACHED":
		if *known != "DETACHED" {
			*known = status
		}
	default:
		return kit.InvalidParameter("Attachment status should be one of [ATTACHED,DETACHED]")
	}
	if r.before.Spec.Volume != nil && r.status.Volume.Status != "CREATED" {
		r.status.Volume.ID = r.before.Placement.VolumeID
	}
	if !slices.Contains([]string{"PRECREATED", "CREATED"}, r.status.Attachment.Status) && r.status.Volume.Status != "CREATED" {
		r.forward(state.Pending)
	}
	return nil
}

// attachmentOf is where the status of one of the task's attachments is kept; nil where it
// has none of that id.
func attachmentOf(t *state.Task, id string) func(*state.TaskStatus) *string {
	switch id {
	case "":
		return nil
	case t.Placement.AttachmentID:
		return func(s *state.TaskStatus) *string { return &s.Attachment.Status }
	case t.Placement.VolumeAttachmentID:
		return func(s *state.TaskStatus) *string { return &s.Volume.Status }
	}
	return nil
}

// times takes the times that only the agent knows, the first that it says.
func (r *report) times(in *sdk.SubmitTaskStateChangeInput) {
	for _, each := range []struct {
		known *time.Time
		said  *time.Time
	}{
		{&r.status.PullStartedAt, in.PullStartedAt}, {&r.status.PullStoppedAt, in.PullStoppedAt},
		{&r.status.ExecutionStoppedAt, in.ExecutionStoppedAt},
	} {
		if each.said != nil && each.known.IsZero() {
			*each.known = *each.said
		}
	}
}

// task takes the status of the whole; without one, the report is of parts of it.
// Source: amazon-ecs-agent: it reports RUNNING and STOPPED, and PENDING with digests.
func (r *report) task(status, reason string) error {
	switch status {
	case "":
	case state.Pending:
		r.forward(state.Pending)
	case state.Running:
		if r.forward(state.Running) {
			r.status.StartedAt = r.now
		}
	case state.Stopped:
		r.end(reason)
		if !r.forward(state.Stopped) {
			break
		}
		r.status.StoppedAt = r.now
		for i := range r.status.Containers {
			if c := &r.status.Containers[i]; c.Phase != state.ContainerStopped {
				c.Phase, c.StoppedAt, c.ExecAgent = state.ContainerStopped, r.now, execagent.End(c.ExecAgent)
			}
		}
		for _, known := range []*string{&r.status.Attachment.Status, &r.status.Volume.Status} {
			if *known != "" {
				*known = "DELETED"
			}
		}
	default:
		return kit.InvalidParameter("Task status should be one of [PENDING,RUNNING,STOPPED]")
	}
	return nil
}

// forward moves the task to a status, if that is ahead.
func (r *report) forward(status string) bool {
	if !state.Before(r.status.LastStatus, status) {
		return false
	}
	r.status.LastStatus = status
	return true
}
