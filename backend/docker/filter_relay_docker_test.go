package docker_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// With any filter, a task reaches the emulator; who dials over the relay needs the rule
// that lets the host in.
func TestAFilterAndTheRelay(t *testing.T) {
	t.Parallel()
	task := remoteTask(t)
	newHome(t, task.engine)
	networks, err := task.engine.Networks(t.Context(), nil)
	if err != nil || len(networks) != 1 {
		t.Fatalf("networks %+v, %v", networks, err)
	}
	gateway := networks[0].Gateway
	host := backend.FilterRule{Protocol: backend.TCP, From: 80, To: 80, Peers: []backend.AddressRange{{First: gateway, Last: gateway}}}
	for what, f := range map[string]*backend.Filter{
		"lets nothing in": {Strict: true}, "lets the host in": {Strict: true, In: []backend.FilterRule{host}},
	} {
		if err := task.engine.SetFilter(t.Context(), task.sandbox, f); err != nil {
			t.Fatal(err)
		}
		if c := task.exited(task.run(backend.ContainerSpec{}, "check", homeURL)); c.ExitCode != 0 {
			t.Errorf("with a filter that %s the emulator is not reached: %q", what, task.lines(c.ID, backend.LogOptions{}))
		}
		conn, err := task.engine.Dial(t.Context(), "tcp", task.sandbox, 80)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (len(f.In) > 0) {
			t.Errorf("with a filter that %s Dial returns %v", what, err)
		}
	}
}
