package scaling_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/scaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

// world is a cluster with a capacity provider, whose group nothing follows.
type world struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
}

// open starts the controller on a file, at a time; stop ends it.
func open(t *testing.T, path string, at time.Time) (w *world, stop func()) {
	t.Helper()
	rows, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	w = &world{t, rows, clock.New(clock.Options{Start: at})}
	if err := w.clock.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	c := scaling.New(rows, w.clock, slog.New(slog.DiscardHandler))
	w.clock.SetQuiet(c.Idle)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			running.Wait()
			w.clock.Close()
			rows.Close()
		})
	}
	t.Cleanup(stop)
	return w, stop
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	if err := w.clock.Advance(w.Context(), d); err != nil {
		w.Fatal(err)
	}
}

func (w *world) group() *autoscaling.Group {
	return autoscaling.FindGroup(w.store.Read(), scope, "spare")
}

func (w *world) row() *capacityprovider.ManagedScaling {
	return capacityprovider.ManagedScalings.Get(w.store.Read(), scope.CapacityProvider("mine"))
}

// provide makes the group, its protecting capacity provider, and the cluster that has it.
func (w *world) provide() {
	w.Helper()
	w.update(func(tx *store.Tx) {
		ec2.PutLaunchTemplate(tx, &ec2.LaunchTemplate{Scope: scope, ID: "lt-1", Name: "ecs", Default: 1, Latest: 1})
		ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{Scope: scope, TemplateID: "lt-1", Number: 1, Data: &ec2types.ResponseLaunchTemplateData{
			InstanceType: ec2types.InstanceTypeM5Large,
		}})
		g := &autoscaling.Group{Scope: scope, Name: "spare", ID: "1", Max: 10, Protected: true, Source: autoscaling.Source{
			LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-1"), Version: aws.String("$Latest")},
		}}
		autoscaling.PutGroup(tx, g)
		autoscaling.PutPolicy(tx, &autoscaling.Policy{Scope: scope, Group: "spare", Name: "ECSManagedAutoScalingPolicy-1", ID: "2", CapacityProvider: "mine"})
		capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
			ARN: scope.CapacityProvider("mine"), Name: "mine", Status: types.CapacityProviderStatusActive, Group: "spare", GroupARN: g.ARN(),
			TerminationProtection: types.ManagedTerminationProtectionEnabled,
			ManagedScaling: types.ManagedScaling{
				Status: types.ManagedScalingStatusEnabled, TargetCapacity: aws.Int32(100), MinimumScalingStepSize: aws.Int32(1),
				MaximumScalingStepSize: aws.Int32(10000), InstanceWarmupPeriod: aws.Int32(300),
			},
		})
	})
	w.associate("FARGATE", "mine")
}

func (w *world) associate(providers ...string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		state.Clusters.Put(tx, &state.Cluster{
			ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive, CapacityProviders: providers,
		})
	})
}

// wait adds a task that waits.
func (w *world) wait(id string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", id),
			Spec: &state.TaskSpec{
				ClusterARN: scope.Cluster("shop"), LaunchType: types.LaunchTypeEc2, NetworkMode: types.NetworkModeBridge,
				Reserved: &state.Reservation{CPU: 2048, Memory: 512}, CreatedAt: w.clock.Now(),
			},
			Placement: &state.Placement{CapacityProvider: "mine", Waiting: &state.Waiting{}},
			Status:    state.TaskStatus{LastStatus: state.Provisioning},
		})
	})
}

// join adds an instance of the group to the cluster.
func (w *world) join(id string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		autoscaling.Members.Put(tx, &autoscaling.Member{
			Scope: scope, Group: "spare", InstanceID: id, Protected: true, State: astypes.LifecycleStateInService,
		})
		state.PutContainerInstance(tx, &state.ContainerInstance{
			ARN: scope.ContainerInstance("shop", id), EC2InstanceID: id, Status: state.InstanceActive, CapacityProvider: "mine",
		}, w.clock.Now())
	})
}

// TestAProviderScalesByTheMinute follows a provider from none to two instances, and back.
func TestAProviderScalesByTheMinute(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	w, stop := open(t, path, noon.Add(30*time.Second))
	w.provide()
	w.wait("a")
	w.advance(29 * time.Second)
	if g := w.group(); g.Desired != 0 {
		t.Fatalf("%d are desired before the minute has ended", g.Desired)
	}
	w.advance(time.Second)
	if g := w.group(); g.Desired != 2 || g.Change.Text != "a monitor alarm TargetTracking-spare-AlarmHigh-2 in state ALARM triggered policy ECSManagedAutoScalingPolicy-1 changing the desired capacity from 0 to 2" {
		t.Fatalf("%d are desired: %+v", g.Desired, g.Change)
	}

	w.join("i-1")
	w.join("i-2")
	w.update(func(tx *store.Tx) {
		place := state.Placement{CapacityProvider: "mine", ContainerInstance: scope.ContainerInstance("shop", "i-2")}
		if !state.PlaceTask(tx, scope.Task("shop", "a"), place, w.clock.Now()) {
			t.Error("the task has no place")
		}
	})
	w.advance(5 * time.Minute)
	for id, protected := range map[string]bool{"i-1": false, "i-2": true} {
		if m := autoscaling.FindMember(w.store.Read(), scope, id); m.Protected != protected {
			t.Errorf("%s is protected: %v", id, m.Protected)
		}
	}
	stop()

	w, stop = open(t, path, noon.Add(6*time.Minute))
	w.advance(9 * time.Minute)
	if g := w.group(); g.Desired != 2 {
		t.Fatalf("%d are desired after 14 data points below the target", g.Desired)
	}
	w.advance(time.Minute)
	if g := w.group(); g.Desired != 1 {
		t.Fatalf("%d are desired after 15: %+v", g.Desired, w.row())
	}

	w.associate("FARGATE")
	w.advance(time.Minute)
	if row := w.row(); row != nil {
		t.Errorf("without a cluster the provider has %+v", row)
	}
	stop()
}

// A jump goes minute by minute, and what is kept of it is an hour.
func TestAJumpHasADataPointEachMinute(t *testing.T) {
	w, _ := open(t, "", noon)
	w.provide()
	w.advance(2 * time.Hour)
	points := w.row().Points
	if len(points) != 60 {
		t.Fatalf("%d data points are kept", len(points))
	}
	for n, p := range points {
		if want := noon.Add(time.Duration(61+n) * time.Minute); !p.At.Equal(want) || p.Value != 100 {
			t.Errorf("data point %d: %+v; want one of 100 at %s", n, p, want)
		}
	}
}
