// Package execagent decides about the execute command agents of containers: which have one, how it
// fares, and whether ExecuteCommand reaches it.
package execagent

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Why an agent is STOPPED. Source: amazon-ecs-agent (runtime.md F.8) for the first text and the
// beginning of the second. Whether Fargate tells the first is not known.
const containerStopped = "Received Container Stopped event"

// unprepared is the reason of an agent in a container that an earlier version has made.
var unprepared = "ExecuteCommandAgent Initialization failed - " + backend.ErrNoExec.Error()

// stoppedByFault is the emulator's own.
const stoppedByFault = "fault injected by ecs-emulator"

// Effect is what a fault does to an agent.
type Effect int

// Effects, of which the higher wins.
const (
	NoEffect    Effect = iota
	Disconnects        // it runs, and cannot be reached
	Stops
)

// Pending is an agent whose container does not run yet.
var Pending = state.ManagedAgent{Status: state.Pending}

// Has reports whether a container of a task with ExecuteCommand has an agent, by its place in the
// definition. Where containers share their processes, the first alone has one.
// Source: ECS developer guide, ECS Exec considerations: with pidMode task it works in one container
// only. That it is the first is a choice.
func Has(pid types.PidMode, container int) bool {
	return container == 0 || pid != types.PidModeTask
}

// Adopt is the agent of a container from a state file that knows none.
func Adopt(c *state.Container) state.ManagedAgent {
	if c.EngineID == "" {
		return Pending
	}
	return state.ManagedAgent{Status: state.Stopped, Reason: unprepared}
}

// Next is how the agent of a container fares now, with what a fault does to it. It runs as soon as
// the container does, or the delay later.
func Next(c *state.Container, effect Effect, delay time.Duration, now time.Time) state.ManagedAgent {
	agent := c.ExecAgent
	switch due := c.StartedAt.Add(delay); {
	case agent.Status == "":
		return agent
	case c.Phase == state.ContainerStopped:
		return stopped(agent, containerStopped)
	case agent.Reason == unprepared && c.EngineID != "":
		return agent
	case c.Phase != state.ContainerRunning && agent.Status == state.Running: // it is to be started again
		return state.ManagedAgent{Status: state.Stopped, Reason: containerStopped}
	case c.Phase != state.ContainerRunning && c.StartedAt.IsZero():
		return Pending
	case c.Phase != state.ContainerRunning:
		return agent
	case effect == Stops:
		return state.ManagedAgent{Status: state.Stopped, Reason: stoppedByFault}
	case now.Before(due):
		return Pending
	case agent.Status == state.Pending:
		agent = state.ManagedAgent{Status: state.Running, StartedAt: due}
	case agent.Status == state.Stopped:
		agent = state.ManagedAgent{Status: state.Running, StartedAt: now}
	}
	agent.Disconnected = effect == Disconnects
	return agent
}

// stopped keeps the reason of an agent that had stopped before.
func stopped(agent state.ManagedAgent, reason string) state.ManagedAgent {
	if agent.Status == state.Stopped {
		return agent
	}
	return state.ManagedAgent{Status: state.Stopped, Reason: reason}
}

// End is the agent of a container that has stopped.
func End(agent state.ManagedAgent) state.ManagedAgent {
	if agent.Status == "" {
		return agent
	}
	return stopped(agent, containerStopped)
}

// Due is when an agent will run that does not yet; zero is that it waits for something else.
func Due(c *state.Container, delay time.Duration) time.Time {
	if c.Phase != state.ContainerRunning || c.ExecAgent.Status != state.Pending {
		return time.Time{}
	}
	return c.StartedAt.Add(delay)
}
