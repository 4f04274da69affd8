package draining_test

import (
	"log/slog"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/draining"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// drains is a group of two instances that wait for the end of their draining: i-1 has a task.
type drains struct {
	*testing.T
	store      *store.Store
	clock      *clock.Clock
	controller *reconcile.Loop
	group      *autoscaling.Group
	task       string
	busy, idle string // container instances
}

func newDrains(t *testing.T) *drains {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.New(clock.Options{})
	t.Cleanup(clk.Close)
	d := &drains{
		T: t, store: rows, clock: clk, controller: draining.New(rows, clk, slog.New(slog.DiscardHandler)),
		group: &autoscaling.Group{Scope: scope, Name: "spare"}, task: scope.Task("shop", "a"),
		busy: scope.ContainerInstance("shop", "1"), idle: scope.ContainerInstance("shop", "2"),
	}
	clk.SetQuiet(d.controller.Idle)
	go func() { _ = d.controller.Run(t.Context()) }()
	hook := autoscaling.NewLifecycleHook(d.group, capacityprovider.DrainingHook, autoscaling.Terminating)
	d.change(func(tx *store.Tx) {
		autoscaling.PutGroup(tx, d.group)
		autoscaling.PutLifecycleHook(tx, hook)
		for id, c := range map[string]string{"i-1": d.busy, "i-2": d.idle} {
			ec2.PutInstance(tx, &ec2.Instance{Scope: scope, ID: id, Group: d.group.Name})
			state.PutContainerInstance(tx, &state.ContainerInstance{ARN: c, EC2InstanceID: id, Status: state.InstanceActive}, clk.Now())
			m := &autoscaling.Member{Scope: scope, Group: d.group.Name, InstanceID: id}
			m.Come(astypes.LifecycleStateTerminatingWait, clk.Now(), autoscaling.NewLifecycleAction(hook, clk.Now()))
			autoscaling.Members.Put(tx, m)
		}
		state.AddTask(tx, &state.Task{
			ARN: d.task, Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop"), LaunchType: types.LaunchTypeEc2},
			Placement: &state.Placement{ContainerInstance: d.busy}, Status: state.TaskStatus{LastStatus: state.Running},
		})
	})
	return d
}

func (d *drains) change(change func(tx *store.Tx)) {
	d.Helper()
	if err := d.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		d.Fatal(err)
	}
	if err := d.controller.Idle(d.Context()); err != nil {
		d.Fatal(err)
	}
}

// stopTask has the task of i-1 end.
func (d *drains) stopTask() {
	d.Helper()
	d.change(func(tx *store.Tx) {
		_ = state.PutTaskStatus(tx, d.task, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}})
	})
}

func (d *drains) waits(id string) bool {
	for _, m := range autoscaling.Waiting(d.store.Read(), d.group, capacityprovider.DrainingHook) {
		if m.InstanceID == id {
			return true
		}
	}
	return false
}

// TestAnInstanceDrainsBeforeItsGroupTerminatesIt: the lifecycle action ends with the last task, be it an hour later.
func TestAnInstanceDrainsBeforeItsGroupTerminatesIt(t *testing.T) {
	d := newDrains(t)
	for _, c := range []string{d.busy, d.idle} {
		if status := state.FindContainerInstance(d.store.Read(), c).Status; status != state.InstanceDraining {
			t.Errorf("%s is %s", c, status)
		}
	}
	if !d.waits("i-1") || d.waits("i-2") {
		t.Fatalf("the instance with a task waits: %v, that without: %v", d.waits("i-1"), d.waits("i-2"))
	}
	beat := func() time.Time {
		return autoscaling.Waiting(d.store.Read(), d.group, capacityprovider.DrainingHook)[0].Actions[0].HeartbeatAt
	}
	began := beat()
	if err := d.clock.Advance(t.Context(), 31*time.Minute); err != nil {
		t.Fatal(err)
	}
	if !beat().After(began) {
		t.Error("no heartbeat within half an hour")
	}
	if d.stopTask(); d.waits("i-1") {
		t.Error("the instance waits without a task")
	}
}

// TestALostInstanceDrainsNoLonger: one whose EC2 instance is lost, or that a user deregisters, waits for no task.
func TestALostInstanceDrainsNoLonger(t *testing.T) {
	d := newDrains(t)
	d.change(func(tx *store.Tx) { state.DeregisterContainerInstance(tx, d.busy, d.clock.Now()) })
	if d.waits("i-1") {
		t.Error("the INACTIVE container instance waits for its task")
	}
}

// TestAnInstanceThatIsActiveAgainWaitsForItsTasks, and for nothing else.
func TestAnInstanceThatIsActiveAgainWaitsForItsTasks(t *testing.T) {
	d := newDrains(t)
	d.change(func(tx *store.Tx) {
		active := *state.FindContainerInstance(tx, d.busy)
		active.Status = state.InstanceActive
		state.PutContainerInstance(tx, &active, d.clock.Now())
	})
	if !d.waits("i-1") {
		t.Error("the instance does not wait for its task")
	}
	if d.stopTask(); d.waits("i-1") {
		t.Error("the instance waits without a task")
	}
}
