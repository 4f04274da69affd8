package ecs

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
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

// phases are the statuses that agents report of containers. Source: amazon-ecs-agent.
var phases = map[string]state.ContainerPhase{
	"": state.ContainerNone, "PENDING": state.ContainerNone,
	"RUNNING": state.ContainerRunning, "STOPPED": state.ContainerStopped,
}

var phaseOrder = []state.ContainerPhase{
	state.ContainerNone, state.ContainerPulled, state.ContainerCreated, state.ContainerRunning, state.ContainerStopped,
}

// container takes what is said of a container. Words of the refusals are the emulator's own.
func (r *report) container(change types.ContainerStateChange) error {
	name := aws.ToString(change.ContainerName)
	at := slices.IndexFunc(r.status.Containers, func(c state.Container) bool { return c.Name == name })
	if at < 0 {
		return invalidParameter("Container " + name + " is not found in the task.")
	}
	phase, known := phases[aws.ToString(change.Status)]
	if !known {
		return invalidParameter("Container status should be one of [PENDING,RUNNING,STOPPED]")
	}
	bindings, err := reportedBindings(change.NetworkBindings)
	if err != nil {
		return err
	}
	c := &r.status.Containers[at]
	if bindings != nil {
		c.Bindings = bindings
	}
	keep(&c.RuntimeID, change.RuntimeId)
	keep(&c.ImageDigest, change.ImageDigest)
	keep(&c.Reason, change.Reason) // agents cut it to 1024 characters
	if change.ExitCode != nil {
		c.ExitCode = change.ExitCode
	}
	if slices.Index(phaseOrder, phase) <= slices.Index(phaseOrder, c.Phase) {
		return nil
	}
	c.Phase = phase
	if phase == state.ContainerRunning {
		c.StartedAt = r.now
		return nil
	}
	c.StoppedAt = r.now
	if r.essential(name) {
		r.end("")
	}
	return nil
}

// keep takes a text that is there.
func keep(text, said *string) {
	if aws.ToString(said) != "" {
		*text = *said
	}
}

func reportedBindings(list []types.NetworkBinding) ([]state.Binding, error) {
	var bindings []state.Binding
	for _, b := range list {
		host, container := aws.ToInt32(b.HostPort), aws.ToInt32(b.ContainerPort)
		if host < 1 || host > 65535 || container < 1 || container > 65535 {
			return nil, invalidParameter(fmt.Sprintf("Network binding has an invalid port: %d to %d.", host, container))
		}
		protocol := b.Protocol
		if protocol == "" {
			protocol = types.TransportProtocolTcp
		}
		binding := state.Binding{ContainerPort: uint16(container), HostPort: uint16(host), Protocol: protocol}
		if !slices.Contains(bindings, binding) { // once more for IPv6
			bindings = append(bindings, binding)
		}
	}
	return bindings, nil
}

// essential reports whether the task ends with a container. Of a definition that is gone
// nobody knows.
func (r *report) essential(name string) bool {
	if r.def == nil {
		return false
	}
	at := slices.IndexFunc(r.def.ContainerDefinitions, func(d types.ContainerDefinition) bool { return aws.ToString(d.Name) == name })
	return at >= 0 && taskdef.Essential(&r.def.ContainerDefinitions[at])
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

// hasRun reports whether a container that the task cannot do without has exited, however
// soon.
func (r *report) hasRun(c state.Container) bool { return c.ExitCode != nil && r.essential(c.Name) }

// attachment takes what is said of the task's network interface: with it, the task no
// longer waits for one.
func (r *report) attachment(change types.AttachmentStateChange) error {
	if id := arn.Name(aws.ToString(change.AttachmentArn)); id == "" || id != r.before.Placement.AttachmentID {
		return invalidParameter("The referenced attachment was not found.")
	}
	switch status := aws.ToString(change.Status); status {
	case "ATTACHED", "DETACHED":
		if r.status.Attachment.Status != "DETACHED" {
			r.status.Attachment.Status = status
		}
	default:
		return invalidParameter("Attachment status should be one of [ATTACHED,DETACHED]")
	}
	r.forward(state.Pending)
	return nil
}

// times takes the times that only the agent knows, the first that it says.
func (r *report) times(in *ecs.SubmitTaskStateChangeInput) {
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
				c.Phase, c.StoppedAt = state.ContainerStopped, r.now
			}
		}
		if r.status.Attachment.Status != "" {
			r.status.Attachment.Status = "DELETED"
		}
	default:
		return invalidParameter("Task status should be one of [PENDING,RUNNING,STOPPED]")
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
