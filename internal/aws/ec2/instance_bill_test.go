package ec2_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Only the time in which an instance is running is billed: not that in which it is pending, stopping, stopped or shutting down.
func TestInstancesAreBilledWhileTheyAreRunning(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	i := &ec2.Instance{Scope: arn.Scope{Region: "us-east-1", Account: "123456789012"}, ID: "i-1", Type: "m5.large", Wanted: types.InstanceStateNameRunning, WantedAt: now}
	put := func(change func(i *ec2.Instance)) {
		t.Helper()
		changed := *i
		if i = &changed; change != nil {
			change(i)
		}
		if err := s.Update(func(tx *store.Tx) error { ec2.PutInstance(tx, i); return nil }); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	want := func(state types.InstanceStateName) {
		put(func(i *ec2.Instance) { *i = *i.Want(state, ec2.Reason{}, now) })
	}
	reach := func() { put(func(i *ec2.Instance) { i.Reached, i.ReachedAt = i.Wanted, now }) }
	expect := func(state types.InstanceStateName, hours int64) {
		t.Helper()
		got := int64(0)
		for _, sum := range ledger.Sums(s.Read()) {
			got += sum.Seconds
		}
		if bill, ok := i.Billed(s.Read(), now); ok {
			bill.Bill(now, func(part ledger.Sum) { got += part.Seconds })
		}
		if got != hours*3600 || i.State() != state {
			t.Errorf("when it is %s, want %s: %d seconds, want %d", i.State(), state, got, hours*3600)
		}
	}
	put(nil)
	expect(types.InstanceStateNamePending, 0)
	reach()
	expect(types.InstanceStateNameRunning, 1)
	want(types.InstanceStateNameStopped)
	expect(types.InstanceStateNameStopping, 1)
	reach()
	expect(types.InstanceStateNameStopped, 1)
	want(types.InstanceStateNameRunning)
	expect(types.InstanceStateNamePending, 1)
	reach()
	expect(types.InstanceStateNameRunning, 2)
	put(func(i *ec2.Instance) { i.RebootAt = now })
	expect(types.InstanceStateNameRunning, 3)
	want(types.InstanceStateNameTerminated)
	expect(types.InstanceStateNameShuttingDown, 3)
	reach()
	expect(types.InstanceStateNameTerminated, 3)
}
