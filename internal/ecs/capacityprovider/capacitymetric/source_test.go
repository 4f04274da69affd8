package capacitymetric

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope  = arn.Scope{Region: "us-east-1", Account: "123456789012"}
	minute = time.Date(2026, 9, 22, 18, 48, 0, 0, time.UTC)
)

// world is a store with a source of metrics.
type world struct {
	*testing.T
	store  *store.Store
	source *Source
}

func newWorld(t *testing.T) *world {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, rows, &Source{Store: rows, Began: minute}}
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// told wants the data of a collection that ends a minute, or of one before a client looks.
func (w *world) told(to time.Time, tick bool, want ...string) {
	w.Helper()
	var all []string
	for _, d := range w.source.Collect(w.Context(), collection.Window{From: to.Add(-time.Minute), To: to, Tick: tick}) {
		name := d.Namespace + " " + d.Name
		for _, of := range d.Dimensions {
			name += " " + of.Value
		}
		all = append(all, fmt.Sprintf("%s %s %v %s", d.At.Format("15:04"), name, d.Values[0], d.Unit))
	}
	slices.Sort(all)
	if !slices.Equal(all, want) {
		w.Errorf("got\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(want, "\n"))
	}
}

// Data points of managed scaling are told once, also when a client looks between two minutes, and none from before the start.
func TestManagedScaling(t *testing.T) {
	w := newWorld(t)
	w.told(minute, true)
	row := capacityprovider.ManagedScaling{CapacityProvider: scope.CapacityProvider("spot"), Cluster: scope.Cluster("shop")}
	measure := func(at time.Time, value float64) {
		row = row.WithPoint(capacityprovider.DataPoint{At: at, Value: value})
		w.update(func(tx *store.Tx) { kept := row; capacityprovider.ManagedScalings.Put(tx, &kept) })
	}
	measure(minute, 50)
	measure(minute.Add(time.Minute), 100)
	w.told(minute.Add(time.Minute), true, "18:48 AWS/ECS/ManagedScaling CapacityProviderReservation spot shop 100 Percent")
	measure(minute.Add(2*time.Minute), 200)
	measure(minute.Add(3*time.Minute), 300)
	w.told(minute.Add(200*time.Second), false,
		"18:49 AWS/ECS/ManagedScaling CapacityProviderReservation spot shop 200 Percent", "18:50 AWS/ECS/ManagedScaling CapacityProviderReservation spot shop 300 Percent")
	w.told(minute.Add(4*time.Minute), true)
}

func TestGroups(t *testing.T) {
	w := newWorld(t)
	group := &autoscaling.Group{Scope: scope, Name: "fleet", Min: 1, Max: 5, Desired: 4}
	w.update(func(tx *store.Tx) {
		autoscaling.PutGroup(tx, group)
		for id, is := range map[string]types.LifecycleState{
			"i-1": types.LifecycleStateInService, "i-2": types.LifecycleStateInService, "i-3": types.LifecycleStatePendingWait, "i-4": types.LifecycleStateTerminating,
		} {
			autoscaling.Members.Put(tx, &autoscaling.Member{Scope: scope, Group: "fleet", InstanceID: id, State: is})
		}
	})
	w.told(minute, true)
	enabled := *group
	for _, name := range []string{"GroupMinSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances", "GroupTerminatingCapacity", "GroupStandbyInstances", "GroupTotalInstances", "WarmPoolTotalCapacity"} {
		enabled.Metrics = append(enabled.Metrics, types.EnabledMetric{Metric: aws.String(name), Granularity: aws.String("1Minute")})
	}
	w.update(func(tx *store.Tx) { autoscaling.PutGroup(tx, &enabled) })
	w.told(minute, true,
		"18:47 AWS/AutoScaling GroupDesiredCapacity fleet 4 None", "18:47 AWS/AutoScaling GroupInServiceInstances fleet 2 None",
		"18:47 AWS/AutoScaling GroupMinSize fleet 1 None", "18:47 AWS/AutoScaling GroupPendingInstances fleet 1 None",
		"18:47 AWS/AutoScaling GroupStandbyInstances fleet 0 None", "18:47 AWS/AutoScaling GroupTerminatingCapacity fleet 1 None",
		"18:47 AWS/AutoScaling GroupTotalInstances fleet 4 None")
	w.told(minute.Add(20*time.Second), true)
	w.told(minute.Add(time.Minute), false)
}
