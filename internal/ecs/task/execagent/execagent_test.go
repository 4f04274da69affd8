package execagent_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"pgregory.net/rapid"
)

var start = time.Unix(1_800_000_000, 0)

func TestAnAgentLivesWithItsContainer(t *testing.T) {
	c := &state.Container{ExecAgent: execagent.Pending}
	const delay = 6 * time.Second
	at := start
	step := func(what string, effect execagent.Effect, want state.ManagedAgent) {
		t.Helper()
		if c.ExecAgent = execagent.Next(c, effect, delay, at); c.ExecAgent != want {
			t.Errorf("%s: %+v, want %+v", what, c.ExecAgent, want)
		}
	}
	stopped := state.ManagedAgent{Status: "STOPPED", Reason: "Received Container Stopped event"}
	faulty := state.ManagedAgent{Status: "STOPPED", Reason: "fault injected by ecs-emulator"}
	step("before the container is there", execagent.NoEffect, execagent.Pending)
	c.EngineID, c.Phase = "1", state.ContainerCreated
	step("created", execagent.NoEffect, execagent.Pending)
	c.Phase, c.StartedAt = state.ContainerRunning, at
	step("started", execagent.NoEffect, execagent.Pending)
	if due := execagent.Due(c, delay); !due.Equal(start.Add(delay)) {
		t.Errorf("due at %v", due)
	}
	at = start.Add(7 * time.Second)
	running := state.ManagedAgent{Status: "RUNNING", StartedAt: start.Add(delay)}
	step("after the delay", execagent.NoEffect, running)
	running.Disconnected = true
	step("disconnected", execagent.Disconnects, running)
	running.Disconnected = false
	step("connected again", execagent.NoEffect, running)
	step("a fault", execagent.Stops, faulty)
	at = at.Add(time.Minute)
	step("the end of the fault", execagent.NoEffect, state.ManagedAgent{Status: "RUNNING", StartedAt: at})
	c.Phase = state.ContainerCreated
	step("the container is to be started again", execagent.NoEffect, stopped)
	c.Phase, c.StartedAt = state.ContainerRunning, at
	step("started again", execagent.NoEffect, execagent.Pending)
	at = at.Add(delay)
	step("after the delay again", execagent.NoEffect, state.ManagedAgent{Status: "RUNNING", StartedAt: at})
	c.Phase = state.ContainerStopped
	step("the end", execagent.NoEffect, stopped)
	step("a fault after the end", execagent.Stops, stopped)
}

// TestAnAgentOfAnEarlierVersion: the container was made without the program, until it is made again.
func TestAnAgentOfAnEarlierVersion(t *testing.T) {
	c := &state.Container{EngineID: "1", Phase: state.ContainerRunning, StartedAt: start}
	c.ExecAgent = execagent.Adopt(c)
	want := state.ManagedAgent{Status: "STOPPED", Reason: "ExecuteCommandAgent Initialization failed - the container has nothing to run sessions with"}
	for _, effect := range []execagent.Effect{execagent.NoEffect, execagent.Stops} {
		if c.ExecAgent = execagent.Next(c, effect, 0, start); c.ExecAgent != want {
			t.Errorf("%+v, want %+v", c.ExecAgent, want)
		}
	}
	c.EngineID, c.Phase, c.StartedAt = "", state.ContainerPulled, time.Time{}
	if got := execagent.Next(c, execagent.NoEffect, 0, start); got != execagent.Pending {
		t.Errorf("to be made again: %+v", got)
	}
	if got := execagent.Adopt(c); got != execagent.Pending {
		t.Errorf("not made yet: %+v", got)
	}
}

// TestAnAgentRunsOnlyWithItsContainer takes a container through any phases and faults.
func TestAnAgentRunsOnlyWithItsContainer(t *testing.T) {
	phases := []state.ContainerPhase{state.ContainerNone, state.ContainerCreated, state.ContainerRunning, state.ContainerStopped}
	rapid.Check(t, func(t *rapid.T) {
		c := &state.Container{}
		if rapid.Bool().Draw(t, "exec") {
			c.ExecAgent = execagent.Pending
		}
		has := c.ExecAgent.Status != ""
		for i := range rapid.IntRange(1, 20).Draw(t, "steps") {
			now := start.Add(time.Duration(i) * time.Second)
			next := rapid.SampledFrom(phases).Draw(t, "phase")
			if next == state.ContainerRunning && c.Phase != next {
				c.StartedAt = now
			}
			c.Phase = next
			effect := execagent.Effect(rapid.IntRange(0, 2).Draw(t, "effect"))
			c.ExecAgent = execagent.Next(c, effect, 0, now)
			got := c.ExecAgent
			runs := has && c.Phase == state.ContainerRunning && effect != execagent.Stops
			if (got.Status == "RUNNING") != runs || got.StartedAt.IsZero() == runs || (got.Status == "") == has ||
				got.Disconnected != (runs && effect == execagent.Disconnects) || got.Reason != "" && got.Status != "STOPPED" {
				t.Fatalf("phase %q, effect %d: %+v", c.Phase, effect, got)
			}
			if again := execagent.Next(c, effect, 0, now.Add(time.Hour)); again != got {
				t.Fatalf("%+v becomes %+v although nothing has happened", got, again)
			}
		}
	})
}

func TestWhereProcessesAreSharedTheFirstContainerHasAnAgent(t *testing.T) {
	for pid, want := range map[types.PidMode][2]bool{"": {true, true}, types.PidModeTask: {true, false}, types.PidModeHost: {true, true}} {
		if got := [2]bool{execagent.Has(pid, 0), execagent.Has(pid, 1)}; got != want {
			t.Errorf("pidMode %q: %v, want %v", pid, got, want)
		}
	}
}

func TestConnection(t *testing.T) {
	for _, c := range []struct {
		task, agent          string
		byHand, disconnected bool
		want                 execagent.Connection
	}{
		{"RUNNING", "RUNNING", false, false, execagent.Connected},
		{"RUNNING", "RUNNING", false, true, execagent.NotConnected},
		{"RUNNING", "PENDING", false, false, execagent.NotRunning},
		{"RUNNING", "STOPPED", false, false, execagent.NotRunning},
		{"RUNNING", "", false, false, execagent.NotRunning},
		{"PENDING", "RUNNING", false, false, execagent.NotRunning},
		{"STOPPED", "STOPPED", false, false, execagent.NotRunning},
		{"RUNNING", "RUNNING", true, false, execagent.NotConnected},
		{"RUNNING", "PENDING", true, false, execagent.NotConnected},
		{"RUNNING", "STOPPED", true, false, execagent.NotRunning},
		{"RUNNING", "", true, false, execagent.NotRunning},
	} {
		task := &state.Task{Placement: &state.Placement{ByHand: c.byHand}, Status: state.TaskStatus{LastStatus: c.task, Containers: []state.Container{
			{Name: "web", ExecAgent: state.ManagedAgent{Status: c.agent, Disconnected: c.disconnected}},
		}}}
		if got := execagent.ConnectionTo(task, "web"); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		if got := execagent.ConnectionTo(task, "db"); got != execagent.NotRunning {
			t.Errorf("no such container: %d", got)
		}
	}
}
