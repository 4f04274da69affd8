package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A year of a service that is deployed three times a day, with a load balancer of its own each day, leaves a row for each day and
// what is billed, and of the last 90 days one for each deployment. No second is lost.
func TestOldDaysNameNoDeployments(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const days, perDay = 365, 3
	seconds, hours, now := int64(0), int64(0), start.Truncate(24*time.Hour)
	for range days {
		err := s.Update(func(tx *store.Tx) error {
			for n := range perDay {
				one := task(0, 0)
				one.Family, one.ServiceARN, one.Deployment, one.TaskDefinition = "", "web", fmt.Sprint(now.Unix(), n), fmt.Sprint("web:", now.Unix(), n)
				one.PullStartedAt, one.End = now, now.Add(time.Hour)
				one.Bill(now, ledger.Into(tx))
				seconds += one.Billed()
			}
			b := ledger.LoadBalancer{ARN: fmt.Sprint("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/", now.Unix()), From: now, To: now.Add(time.Hour)}
			b.Bill(now, ledger.Into(tx))
			hours++
			now = now.Add(24 * time.Hour)
			ledger.Compact(tx, now.Add(time.Millisecond))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := ledger.Sums(s.Read())
	for _, sum := range rows {
		seconds, hours = seconds-sum.Seconds, hours-sum.Hours
	}
	if most := 2*days + 92*perDay; len(rows) > most || seconds != 0 || hours != 0 {
		t.Errorf("%d rows, want %d at most; %d seconds and %d hours are missing", len(rows), most, seconds, hours)
	}
	kept := map[string]bool{}
	for _, sum := range rows {
		if age := now.Sub(sum.Start); sum.Kept(now) != *sum || sum.Kind == ledger.KindTask && (sum.Deployment == "") != (age >= 91*24*time.Hour) {
			t.Errorf("after %s: %+v", age, sum)
		}
		if kept[sum.Name] = true; len(kept) > 93 {
			t.Fatalf("load balancers %v", kept)
		}
	}
}

// Many deployments in a few days: the oldest of their rows become one, without the deployments.
func TestRowsOfDeploymentsAreAtMostSoMany(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const deployed = 12_000
	err = s.Update(func(tx *store.Tx) error {
		for n := range deployed {
			one := task(time.Duration(n)*time.Second, 0)
			one.Deployment = fmt.Sprint(n)
			one.Bill(start, ledger.Into(tx))
		}
		ledger.Compact(tx, start.Add(7*24*time.Hour))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, tasks := ledger.Sums(s.Read()), int64(0)
	for _, sum := range rows {
		tasks += sum.Count
	}
	if len(rows) != 10_001 || tasks != deployed {
		t.Errorf("%d rows of %d tasks", len(rows), tasks)
	}
}
