package agent

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// No container is made without the variables by which it finds its credentials.
func TestAContainerWaitsForItsVariables(t *testing.T) {
	withAgent(t, func(b *bench) {
		asked := 0
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine}},
			Variables: func(*state.Task, string) ([]string, error) {
				if asked++; asked < 3 {
					return nil, awslogstest.ErrDiskFull
				}
				return []string{"TOLD=now"}, nil
			},
		}))
		id := b.run(container("app", "sh", "-c", "env; sleep 100"))
		b.expect("at first", b.task(id).Status.LastStatus, state.Pending)
		b.settleAfter(3 * enginecall.RetryPause)
		b.expect("later", b.task(id).Status.LastStatus, state.Running)
		told := false
		if err := b.agent.Logs(t.Context(), id, "", backend.LogOptions{Write: func(_ time.Time, _ bool, line string) error {
			told = told || line == "TOLD=now"
			return nil
		}}); err != nil || !told {
			t.Errorf("the container is told: %v, %v", told, err)
		}
	})
}
