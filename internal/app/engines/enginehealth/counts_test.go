package enginehealth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// world has rows of tasks and container instances.
type world struct {
	*testing.T
	rows  *store.Store
	tasks int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &world{T: t, rows: rows}
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.rows.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) add(tx *store.Tx, at state.Placement) {
	w.tasks++
	state.AddTask(tx, &state.Task{
		ARN:       scope.Task("shop", fmt.Sprintf("%06d", w.tasks)),
		Spec:      &state.TaskSpec{ClusterARN: scope.Cluster("shop"), Family: "web", Revision: 1, LaunchType: types.LaunchTypeFargate, NetworkMode: types.NetworkModeAwsvpc, CPU: "256", Memory: "512"},
		Placement: &at, Status: state.TaskStatus{LastStatus: state.Provisioning},
	})
}

func (w *world) addInstance(tx *store.Tx, id, host string, byHand bool) string {
	row := &state.ContainerInstance{ARN: scope.ContainerInstances("shop") + id, EC2InstanceID: "i-" + id, Host: host, ByHand: byHand, Status: state.InstanceActive}
	state.PutContainerInstance(tx, row, time.Now())
	return row.ARN
}

func (w *world) expect(c *Counts, name string, wantTasks, wantInstances int) {
	w.Helper()
	if tasks, instances := c.on(w.rows.Read(), name); tasks != wantTasks || instances != wantInstances {
		w.Errorf("on %q %d tasks and %d container instances, want %d and %d", name, tasks, instances, wantTasks, wantInstances)
	}
}

// Tasks that wait, have ended or are on container instances that were registered by hand are on no engine.
func TestWhatIsOnAnEngineIsCounted(t *testing.T) {
	w, c := newWorld(t), &Counts{}
	w.expect(c, "", 0, 0)
	w.update(func(tx *store.Tx) {
		w.add(tx, state.Placement{})
		w.add(tx, state.Placement{})
		w.add(tx, state.Placement{Waiting: &state.Waiting{}})
		w.add(tx, state.Placement{Waiting: &state.Waiting{}})
		w.addInstance(tx, "own", "", false)
		w.add(tx, state.Placement{ContainerInstance: w.addInstance(tx, "by-hand", "", true), ByHand: true})
	})
	w.expect(c, "", 2, 1)
	w.update(func(tx *store.Tx) {
		state.StopTask(tx, scope.Task("shop", "000004"), state.Stop{At: time.Now()})
		state.EndWaiting(tx, scope.Task("shop", "000004"), time.Now())
		w.addInstance(tx, "own-2", "", false)
	})
	w.expect(c, "", 2, 2)
}

func TestWhatIsOnEachOfSeveralEnginesIsCounted(t *testing.T) {
	w, c := newWorld(t), &Counts{}
	w.update(func(tx *store.Tx) {
		w.add(tx, state.Placement{Host: "a"})
		w.add(tx, state.Placement{Host: "b"})
		w.add(tx, state.Placement{Host: "b", ContainerInstance: w.addInstance(tx, "own", "b", false)})
		w.add(tx, state.Placement{Waiting: &state.Waiting{}})
	})
	w.expect(c, "a", 1, 0)
	w.expect(c, "b", 2, 1)
}

func TestAVPCWithMoreAddressesThanLinuxKnowsIsTold(t *testing.T) {
	w, names := newWorld(t), []string{"a", "b"}
	w.update(func(tx *store.Tx) {
		for n := range mostNeighbours - 2*ofEngine {
			w.add(tx, state.Placement{Host: names[n%2], SubnetID: "subnet-1"})
		}
	})
	if got := crowded(w.rows.Read(), names); len(got) != 0 {
		t.Errorf("told %q", got)
	}
	w.update(func(tx *store.Tx) { w.add(tx, state.Placement{Host: "a", SubnetID: "subnet-1"}) })
	got := crowded(w.rows.Read(), names)
	if len(got) != 1 || !strings.Contains(got[0], " has some 1025 addresses in use on 2 engines, and Linux knows 1024 neighbours") {
		t.Errorf("told %q", got)
	}
	if got := crowded(w.rows.Read(), names[1:]); len(got) != 0 { // engine b alone has half
		t.Errorf("told %q of fewer", got)
	}
}
