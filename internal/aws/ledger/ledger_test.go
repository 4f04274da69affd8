package ledger_test

import (
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var start = time.Date(2026, 3, 1, 22, 15, 0, 0, time.UTC)

func task(pulled, end time.Duration) ledger.Task {
	return ledger.Task{
		Of: ledger.Of{Kind: ledger.KindTask, Region: "us-east-1", Family: "job", Capacity: "FARGATE", Architecture: "X86_64"}, CPU: 256, Memory: 512,
		FargateCPU: 256, FargateMemory: 512, PullStartedAt: start.Add(pulled), End: start.Add(end),
	}
}

func TestBilledSeconds(t *testing.T) {
	for name, test := range map[string]struct {
		task ledger.Task
		want int64
	}{
		"a second costs a minute":         {task(0, time.Second), 60},
		"no time costs a minute":          {task(0, 0), 60},
		"a minute":                        {task(0, time.Minute), 60},
		"a part of a second is whole":     {task(0, time.Minute+time.Millisecond), 61},
		"less than the state file keeps":  {task(0, time.Minute+time.Microsecond), 60},
		"an hour":                         {task(time.Second, time.Hour+time.Second), 3600},
		"one that never came to its pull": {ledger.Task{End: start}, 0},
		"one that ended before its pull":  {task(time.Minute, 0), 60},
	} {
		if got := test.task.Billed(); got != test.want {
			t.Errorf("%s: %d seconds, want %d", name, got, test.want)
		}
	}
}

// amounts are the sums of each period, as the ledger has them.
type amounts = map[ledger.Period]ledger.Amounts

func into(all amounts) ledger.Adder {
	return func(part ledger.Sum) {
		a := all[part.Period]
		a.Add(part.Amounts)
		all[part.Period] = a
	}
}

func TestTasksAreBilledInThePeriodsThatTheyRunIn(t *testing.T) {
	all := amounts{}
	hour := func(n int) ledger.Period {
		return ledger.Period{Start: start.Truncate(time.Hour).Add(time.Duration(n) * time.Hour)}
	}
	long := task(500*time.Millisecond, 2*time.Hour)
	long.RunningAt = start.Add(90 * time.Second)
	long.ENI, long.Public, long.Storage = true, true, 10
	long.Bill(start, into(all))
	short := task(45*time.Minute-10*time.Second, 45*time.Minute-9*time.Second) // its minute ends in the next hour
	short.Bill(start, into(all))
	for n, want := range []ledger.Amounts{
		{Count: 2, Seconds: 2700 + 10, StartSeconds: 90 + 1, ENISeconds: 2700, PublicSeconds: 2700, StorageSeconds: 27000},
		{Seconds: 3600 + 50, ENISeconds: 3600, PublicSeconds: 3600, StorageSeconds: 36000},
		{Seconds: 900, ENISeconds: 900, PublicSeconds: 900, StorageSeconds: 9000},
	} {
		want.CPUSeconds, want.MiBSeconds = 256*want.Seconds, 512*want.Seconds
		want.FargateCPUSeconds, want.FargateMiBSeconds = want.CPUSeconds, want.MiBSeconds
		if got := all[hour(n)]; got != want {
			t.Errorf("hour %d: %+v, want %+v", n, got, want)
		}
	}
}

func TestResources(t *testing.T) {
	for name, test := range map[string]struct {
		bill func(add ledger.Adder)
		want ledger.Amounts
	}{
		"a second of an instance is a minute": {func(add ledger.Adder) {
			i := ledger.Instance{Type: "t3.micro", RunningAt: start, End: start.Add(time.Second)}
			i.Bill(start, add)
		}, ledger.Amounts{Count: 1, Seconds: 60}},
		"an instance with an address": {func(add ledger.Adder) {
			i := ledger.Instance{Type: "t3.micro", Public: true, RunningAt: start, End: start.Add(2 * time.Hour)}
			i.Bill(start, add)
		}, ledger.Amounts{Count: 2, Seconds: 4 * 3600}},
		"a started hour of a load balancer is whole": {func(add ledger.Adder) {
			b := ledger.LoadBalancer{ARN: "web", From: start, To: start.Add(time.Hour + time.Second)}
			b.Bill(start, add)
		}, ledger.Amounts{Count: 1, Hours: 2}},
		"a load balancer that was just made, in two zones": {func(add ledger.Adder) {
			b := ledger.LoadBalancer{ARN: "web", Zones: 2, From: start, To: start}
			b.Bill(start, add)
		}, ledger.Amounts{Count: 1, Hours: 1}},
		"a load balancer in two zones": {func(add ledger.Adder) {
			b := ledger.LoadBalancer{ARN: "web", Zones: 2, From: start, To: start.Add(time.Minute)}
			b.Bill(start, add)
		}, ledger.Amounts{Count: 3, Hours: 1, Seconds: 120}},
		"a NAT gateway": {func(add ledger.Adder) {
			g := ledger.NATGateway{From: start, To: start.Add(30 * time.Minute)}
			g.Bill(start, add)
		}, ledger.Amounts{Count: 1, Hours: 1}},
		"an instance of which nothing tells when it came to run": {func(add ledger.Adder) {
			i := ledger.Instance{Type: "t3.micro", End: start}
			i.Bill(start, add)
		}, ledger.Amounts{}},
	} {
		var got ledger.Amounts
		test.bill(func(part ledger.Sum) { got.Add(part.Amounts) })
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// Tasks end in any order while time goes on, hours become days and old days name no deployments, and the state is opened again and
// again. In the end each period has as many seconds as tasks were billed for in it, second by second.
func TestSumsAreThoseOfAllTasks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		opts := store.Options{Path: filepath.Join(t.TempDir(), "state.db")}
		s, err := store.Open(opts)
		if err != nil {
			r.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		var tasks []ledger.Task
		now := start
		for range rapid.IntRange(1, 12).Draw(r, "tasks") {
			longest := rapid.SampledFrom([]time.Duration{20 * time.Hour, 60 * 24 * time.Hour}).Draw(r, "longest")
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(longest)).Draw(r, "later")))
			one := task(0, 0)
			one.End = now
			one.PullStartedAt = now.Add(-time.Duration(rapid.Int64Range(0, int64(90*time.Minute)).Draw(r, "took")))
			one.Family = rapid.SampledFrom([]string{"a", "b"}).Draw(r, "family")
			one.Deployment = rapid.SampledFrom([]string{"", "d1", "d2"}).Draw(r, "deployment")
			tasks = append(tasks, one)
			err := s.Update(func(tx *store.Tx) error {
				one.Bill(now, ledger.Into(tx))
				if rapid.Bool().Draw(r, "compact") {
					ledger.Compact(tx, now)
				}
				return nil
			})
			if err != nil {
				r.Fatal(err)
			}
			if rapid.IntRange(0, 4).Draw(r, "restart") == 0 {
				if err := s.Close(); err != nil {
					r.Fatal(err)
				}
				if s, err = store.Open(opts); err != nil {
					r.Fatal(err)
				}
			}
		}
		if err := s.Update(func(tx *store.Tx) error { ledger.Compact(tx, now); return nil }); err != nil {
			r.Fatal(err)
		}
		type place struct {
			family string
			ledger.Period
		}
		want, got := map[place]int64{}, map[place]int64{}
		for _, one := range tasks {
			for n := range one.Billed() {
				want[place{one.Family, ledger.PeriodAt(one.PullStartedAt.Truncate(time.Millisecond).Add(time.Duration(n)*time.Second), now)}]++
			}
		}
		for _, sum := range ledger.Sums(s.Read()) {
			got[place{sum.Family, ledger.Period{Start: sum.Start.UTC(), Day: sum.Day}}] += sum.Seconds
			if sum.Deployment != "" && now.Sub(sum.Start) > 92*24*time.Hour {
				r.Errorf("after %s there is a sum of deployment %s", now.Sub(sum.Start), sum.Deployment)
			}
			if sum.First.Before(sum.Start) || !sum.First.Before(sum.Start.Add(sum.Length())) {
				r.Errorf("the first of %s is of %s", sum.Start, sum.First)
			}
		}
		if len(got) != len(want) {
			r.Errorf("periods %v, want %v", got, want)
		}
		for p, n := range want {
			if got[p] != n {
				r.Errorf("%v: %d seconds, want %d", p, got[p], n)
			}
		}
	})
}

func TestExtraOfDeployments(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	err = s.Update(func(tx *store.Tx) error {
		ledger.SetExtra(tx, "web", 7, at(0)) // nothing goes on
		ledger.BeginDeployment(tx, &ledger.Deployment{ARN: "first", ServiceARN: "web", StartedAt: at(0)}, 0)
		ledger.SetExtra(tx, "web", 2, at(10))
		ledger.SetExtra(tx, "web", 1, at(20))
		ledger.SetExtra(tx, "web", 3, at(19)) // changes may come out of order
		ledger.BeginDeployment(tx, &ledger.Deployment{ARN: "second", ServiceARN: "web", StartedAt: at(30)}, 3)
		ledger.EndDeployment(tx, "web", "first", "STOPPED", at(31))
		ledger.EndDeployment(tx, "web", "unknown", "STOPPED", at(31))
		ledger.SetExtra(tx, "web", 0, at(40))
		ledger.SetExtra(tx, "web", 4, at(50))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	extra := func(now time.Time) map[string]int64 {
		all := map[string]int64{}
		for _, d := range ledger.Deployments(s.Read(), now) {
			all[d.ARN] = d.ExtraMillis
		}
		return all
	}
	if got := extra(at(52)); len(got) != 2 || got["first"] != 1000*(2*10+3*10) || got["second"] != 1000*(3*10+4*2) {
		t.Errorf("while it goes on: %v", got)
	}
	err = s.Update(func(tx *store.Tx) error {
		ledger.EndDeployment(tx, "web", "second", "SUCCESSFUL", at(60))
		ledger.SetExtra(tx, "web", 9, at(61))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := extra(at(100)); got["second"] != 1000*(3*10+4*10) || ledger.GoesOn(s.Read(), "web") {
		t.Errorf("when it has finished: %v", got)
	}
	if err := s.Update(func(tx *store.Tx) error { ledger.ForgetDeployments(tx, at(60)); return nil }); err != nil {
		t.Fatal(err)
	}
	if got := extra(at(100)); len(got) != 1 || got["second"] == 0 {
		t.Errorf("after the first is forgotten: %v", got)
	}
}
