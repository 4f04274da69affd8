package capacityprovider

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The alarms of managed scaling come and go with its policy, follow its target, and keep their state meanwhile.
func TestAlarmsOfManagedScaling(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 9, 22, 18, 48, 0, 0, time.UTC)
	p := autoscaling.Policy{
		Scope: arn.Scope{Region: "us-east-1", Account: "123456789012"}, Group: "fleet", Name: "ECSManagedAutoScalingPolicy-1", ID: "2", Cluster: "shop",
		CapacityProvider: "machines", Target: 100,
	}
	update := func(fn func(tx *store.Tx)) (found []*cloudwatch.Alarm) {
		if err := rows.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		return slices.Collect(cloudwatch.Alarms.Forward(rows.Read(), ""))
	}
	made := update(func(tx *store.Tx) { putAlarms(tx, &p, now) })
	if len(made) != 2 || made[0].Name != "TargetTracking-fleet-AlarmHigh-2" || made[1].Name != "TargetTracking-fleet-AlarmLow-2" ||
		made[0].EvaluationPeriods != 1 || made[1].EvaluationPeriods != 15 || made[0].Threshold != 100 || made[0].AlarmActions[0] != p.ARN() {
		t.Fatalf("made %+v", made)
	}
	p.Target = 80
	changed := update(func(tx *store.Tx) {
		inAlarm := *made[0]
		inAlarm.State = types.StateValueAlarm
		cloudwatch.Alarms.Put(tx, &inAlarm)
		cloudwatch.Alarms.Delete(tx, made[1])
		putAlarms(tx, &p, now.Add(time.Minute))
	})
	if len(changed) != 2 || changed[0].Threshold != 80 || changed[0].State != types.StateValueAlarm || changed[1].State != types.StateValueInsufficientData {
		t.Errorf("changed to %+v", changed)
	}
	if left := update(func(tx *store.Tx) { cloudwatch.Alarms.Delete(tx, changed[0]); autoscaling.DeletePolicy(tx, &p, now) }); left != nil {
		t.Errorf("left are %+v", left)
	}
}
