package control_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

func TestTasksCanRunWhileOneEngineCanBeUsedAndAManagerAnswers(t *testing.T) {
	ready := func(name, swarm string) control.EngineState {
		return control.EngineState{Name: name, Status: control.EngineReady, Swarm: swarm}
	}
	away := func(name, swarm string) control.EngineState {
		return control.EngineState{Name: name, Status: control.EngineUnavailable, Swarm: swarm, LastError: "connection refused"}
	}
	for _, c := range []struct {
		engines []control.EngineState
		want    string
	}{
		{[]control.EngineState{ready("", "")}, ""},
		{[]control.EngineState{away("", "")}, "connection refused"},
		{[]control.EngineState{ready("a", ""), away("b", "")}, ""},
		{[]control.EngineState{away("a", ""), ready("b", "")}, ""},
		{[]control.EngineState{away("a", ""), {Name: "b", Status: control.EngineRefused, LastError: "wiped"}}, "engine a: connection refused; engine b: wiped"},
		{[]control.EngineState{away("a", ""), {Name: "b", Status: control.EngineReady, NetworkError: "no free /16"}}, "engine a: connection refused; engine b: no free /16"},
		{[]control.EngineState{ready("a", "manager"), ready("b", "worker")}, ""},
		{[]control.EngineState{ready("a", "manager"), away("b", "worker")}, ""},
		{[]control.EngineState{away("a", "manager"), ready("b", "worker")}, "the swarm has no manager that answers"},
		{[]control.EngineState{away("a", "manager"), ready("b", "manager")}, ""},
	} {
		if got := control.Trouble(c.engines); got != c.want {
			t.Errorf("%+v: %q, want %q", c.engines, got, c.want)
		}
	}
}
