package bill_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// A day becomes two days old at midnight. The report is the same whether the ledger has made a day of its hours or not.
func TestAReportDoesNotDependOnWhenHoursBecomeDays(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	midnight := now.Truncate(24 * time.Hour)
	update := func(change func(tx *store.Tx)) {
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) {
		for hour := range 20 {
			begun := midnight.Add(time.Duration(hour-70) * time.Hour)
			one := ledger.Task{
				Of:  ledger.Of{Kind: ledger.KindTask, Region: scope.Region, ClusterARN: scope.Cluster("shop"), Family: "job", Capacity: "FARGATE", Architecture: "X86_64"},
				CPU: 256, Memory: 512, FargateCPU: 256, FargateMemory: 512, PullStartedAt: begun, RunningAt: begun, End: begun.Add(time.Minute),
			}
			one.Bill(one.End, ledger.Into(tx))
		}
	})
	report := func() costs.Report {
		in := bill.Read(s.Read(), midnight)
		in.Prices, in.Types = price.Default(), ec2.KnownInstanceType
		return bill.Report(in)
	}
	before := report()
	update(func(tx *store.Tx) { ledger.Compact(tx, midnight.Add(time.Millisecond)) })
	if after := report(); !reflect.DeepEqual(before, after) || !after.From.Equal(midnight.Add(-72*time.Hour)) {
		t.Errorf("before:\n%+v\nafter:\n%+v", before, after)
	}
}
