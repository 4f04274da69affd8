package ssmsession

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
)

// Documents of sessions, which say what they run.
const (
	// RunShell is the document of sessions for which none is named. Source: recorded-exec.md X9.
	RunShell = "SSM-SessionManagerRunShell"
	// PortForwarding and RemotePortForwarding connect to a port of the target, and of a host that
	// the target reaches.
	PortForwarding       = "AWS-StartPortForwardingSession"
	RemotePortForwarding = "AWS-StartPortForwardingSessionToRemoteHost"
	// ExecuteInteractiveCommand is the document of ECS Exec. Source: ECS developer guide, ECS Exec, policies.
	ExecuteInteractiveCommand = "AmazonECS-ExecuteInteractiveCommand"
)

// TargetOf is a container as Session Manager names it: ecs:<cluster>_<task>_<runtimeId>.
func TargetOf(t *state.Task, c *state.Container) string {
	return "ecs:" + arn.ClusterName(t.ARN) + "_" + arn.Name(t.ARN) + "_" + c.RuntimeID
}

// TaskOf is the ARN of the task that a target names by its text alone, in an account and region; empty: the target names no
// container. The task need not be there.
func TaskOf(scope arn.Scope, target string) string {
	taskARN, _ := readTarget(scope, target)
	return taskARN
}

// readTarget takes a target apart. The name of the cluster may have underscores.
func readTarget(scope arn.Scope, target string) (taskARN, runtimeID string) {
	text, isECS := strings.CutPrefix(target, "ecs:")
	text, runtimeID, hasRuntime := cutLast(text)
	cluster, id, hasTask := cutLast(text)
	if !isECS || !hasRuntime || !hasTask || runtimeID == "" {
		return "", ""
	}
	return scope.Task(cluster, id), runtimeID
}

// FindTarget finds the container that a target means, in an account and region.
func FindTarget(tx *store.Tx, scope arn.Scope, target string) (*state.Task, *state.Container) {
	taskARN, runtimeID := readTarget(scope, target)
	if taskARN == "" {
		return nil, nil
	}
	t := state.FindTask(tx, taskARN)
	if t == nil {
		return nil, nil
	}
	for i := range t.Status.Containers {
		if c := &t.Status.Containers[i]; c.RuntimeID == runtimeID {
			return t, c
		}
	}
	return nil, nil
}

func cutLast(text string) (before, after string, found bool) {
	at := strings.LastIndexByte(text, '_')
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+1:], true
}

// Why a container has no sessions.
var (
	// ErrNotEnabled: its task was run without ECS Exec, or its agent does not run.
	ErrNotEnabled = errors.New("the agent of ECS Exec does not run in the container")
	// ErrNotConnected: its agent cannot be reached.
	ErrNotConnected = errors.New("the agent of ECS Exec is not connected")
)

// Check tells whether a container can have sessions: nil, [ErrNotEnabled] or [ErrNotConnected].
func Check(t *state.Task, c *state.Container) error {
	switch execagent.ConnectionTo(t, c.Name) {
	case execagent.Connected:
		return nil
	case execagent.NotConnected:
		return ErrNotConnected
	default:
		return ErrNotEnabled
	}
}
