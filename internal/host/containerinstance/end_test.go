package containerinstance

import (
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// needing are tasks of which one may need a container instance.
type needing struct{ needs bool }

func (*needing) NetworkEnded(string, int, bool) {}
func (n *needing) Need(string) bool             { return n.needs }

// A removal that is asked for while the container instance is busy comes after that.
func TestARemovalIsAskedForWhileAContainerInstanceIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, calls, log := clock.New(clock.Options{}), &enginecall.Tracker{}, slog.New(slog.DiscardHandler)
		backing := sim.New(sim.Options{Clock: sim.ClockOf(c)})
		engine := enginecall.New(backing, calls, log)
		engine.Found(engine.Losses())
		row := &state.ContainerInstance{
			ARN: scope.ContainerInstances("default") + "1", LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive,
			AgentConnected: true, Registered: state.Resources{CPU: 2048, Memory: 3885},
		}
		put := func(connected bool) {
			err := rows.Update(func(tx *store.Tx) error {
				changed := *row
				changed.AgentConnected = connected
				state.PutContainerInstance(tx, &changed, c.Now())
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put(true)
		tasks := &needing{}
		all := New(Options{
			Store: rows, Clock: c, Log: log, Engine: engine, Tasks: tasks, Labels: map[string]string{"owner": "test"},
			Networks:   vpc.NewNetworks(vpc.Options{Store: rows, Clock: c, Log: log, Engine: engine}),
			Interfaces: vpc.NewInterfaces(vpc.InterfaceOptions{Store: rows}),
		})
		sandboxes := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if list, err := backing.List(t.Context(), map[string]string{Label: row.ARN}); err != nil || len(list) != want {
				t.Errorf("%s there are %d sandboxes (%v), want %d", when, len(list), err, want)
			}
		}
		m := all.Of(row.ARN)
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		put(false)
		tasks.needs = true
		m.end(t.Context(), m.seize())
		sandboxes("after a removal for which a task has come too early", 1)
		tasks.needs = false
		busy := m.seize()
		all.Reap(row.ARN)
		sandboxes("while it is busy", 1)
		_, _ = m.finish(busy, nil)
		sandboxes("then", 0)
		engine.End()
	})
}
