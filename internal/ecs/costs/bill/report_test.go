package bill_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

var (
	now   = time.Date(2026, 3, 10, 12, 30, 0, 0, time.UTC)
	scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}
	web   = scope.Service("shop", "web")
)

// input makes one of the parts that bills add.
func input(bills ...func(add ledger.Adder)) bill.Input {
	in := bill.Input{Now: now, Speed: 1, Prices: price.Default(), Types: ec2.KnownInstanceType}
	for _, each := range bills {
		each(func(part ledger.Sum) { in.Sums = append(in.Sums, part) })
	}
	return in
}

// task is one of a quarter of a vCPU and half a GB that ended so long ago.
func task(took, ago time.Duration, change func(*ledger.Task)) func(ledger.Adder) {
	t := ledger.Task{
		Of:  ledger.Of{Kind: ledger.KindTask, Region: scope.Region, ClusterARN: scope.Cluster("shop"), Family: "job", Capacity: "FARGATE", Architecture: "X86_64"},
		CPU: 256, Memory: 512, FargateCPU: 256, FargateMemory: 512, PullStartedAt: now.Add(-ago - took), RunningAt: now.Add(-ago - took), End: now.Add(-ago),
	}
	if change != nil {
		change(&t)
	}
	return func(add ledger.Adder) { t.Bill(now, add) }
}

func ofService(deployment string) func(*ledger.Task) {
	return func(t *ledger.Task) {
		t.Family, t.ServiceARN, t.Deployment, t.TaskDefinition = "", web, deployment, "web:1"
	}
}

func usd(c *float64) float64 {
	if c == nil {
		return math.NaN()
	}
	return *c
}

func TestPartsEqualTheTotal(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var bills []func(ledger.Adder)
		for range rapid.IntRange(1, 20).Draw(r, "tasks") {
			took := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(r, "took"))
			bills = append(bills, task(took, 0, func(t *ledger.Task) {
				t.Capacity = rapid.SampledFrom([]string{"FARGATE", "FARGATE_SPOT", "EC2"}).Draw(r, "capacity")
				t.Architecture = rapid.SampledFrom([]string{"X86_64", "ARM64"}).Draw(r, "architecture")
				t.Region = rapid.SampledFrom([]string{"us-east-1", "eu-west-1"}).Draw(r, "region")
				t.Public = t.Region == "us-east-1" && rapid.Bool().Draw(r, "public")
				if rapid.Bool().Draw(r, "service") {
					ofService("d1")(t)
				}
			}), func(add ledger.Adder) {
				i := ledger.Instance{Region: "us-east-1", Type: "t3.small", RunningAt: now.Add(-took), End: now}
				i.Bill(now, add)
			}, func(add ledger.Adder) {
				b := ledger.LoadBalancer{Region: "us-east-1", ARN: "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/1", Zones: 2, From: now.Add(-took), To: now}
				b.Bill(now, add)
			})
		}
		in := input(bills...)
		in.CapacityUnits = func(string, time.Time, time.Time) float64 { return 1.23456789 }
		in.Logs = func(time.Time) (map[string]int64, time.Time) { return map[string]int64{"us-east-1": 987654321}, now }
		report := bill.Report(in)
		sum := usd(report.PublicAddresses.Cost) + usd(report.NATGateways.Cost) + usd(report.Logs.Cost)
		lines := func(cost *float64, usage []costs.Usage) {
			own := 0.0
			for _, u := range usage {
				if (u.Cost == nil) != (u.Capacity == "EC2") {
					r.Errorf("%+v", u)
				}
				if u.Cost != nil {
					own += *u.Cost
				}
			}
			if math.Abs(own-usd(cost)) > 1e-12 {
				r.Errorf("usage costs %v, and all of it %v", own, usd(cost))
			}
			sum += own
		}
		for _, s := range report.Services {
			lines(s.Cost, s.Usage)
		}
		for _, s := range report.Standalone {
			lines(s.Cost, s.Usage)
		}
		for _, i := range report.Instances {
			sum += usd(i.Cost)
		}
		for _, b := range report.LoadBalancers {
			sum += usd(b.Cost)
		}
		if !(math.Abs(sum-report.Total) < 1e-10) {
			r.Errorf("parts are %v, the total is %v; unpriced: %v", sum, report.Total, report.Unpriced)
		}
	})
}

func TestSinceBeginsWithAPeriod(t *testing.T) {
	in := input(task(time.Hour, 100*time.Hour, nil), task(time.Hour, 30*time.Minute, nil), task(time.Hour, 2*time.Hour, nil))
	for name, test := range map[string]struct {
		since, from time.Time
		seconds     int64
	}{
		"all":                {time.Time{}, time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC), 3 * 3600},
		"an old day":         {time.Date(2026, 3, 6, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC), 3 * 3600},
		"after it":           {time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC), 2 * 3600},
		"in an hour":         {time.Date(2026, 3, 10, 10, 20, 0, 0, time.UTC), time.Date(2026, 3, 10, 10, 0, 0, 0, time.UTC), 3600 + 1800},
		"nothing came since": {now, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC), 0},
	} {
		in.Wanted.Since = test.since
		report, seconds := bill.Report(in), int64(0)
		for _, s := range report.Standalone {
			seconds += s.Usage[0].TaskSeconds
		}
		if !report.From.Equal(test.from) || seconds != test.seconds {
			t.Errorf("%s: from %s, %d seconds, want %s, %d", name, report.From, seconds, test.from, test.seconds)
		}
	}
}

func TestPerHourCountsFromTheFirstThatIsBilled(t *testing.T) {
	report := bill.Report(input(task(15*time.Minute, 0, nil)))
	if report.PerHour != 0.0123425 || report.Per730Hours != 9.010025 || !report.From.Equal(now.Truncate(time.Hour)) {
		t.Errorf("%v an hour, %v in 730, from %s", report.PerHour, report.Per730Hours, report.From)
	}
	in := input(task(15*time.Minute, 0, nil)) // log events are counted by the hour: the first came when the task ran
	in.Logs = func(time.Time) (map[string]int64, time.Time) {
		return map[string]int64{"us-east-1": 1}, now.Truncate(time.Hour)
	}
	if report := bill.Report(in); report.PerHour != 0.0123425 {
		t.Errorf("with log events %v an hour", report.PerHour)
	}
	in = input() // and nothing else tells when it came
	in.Logs = func(time.Time) (map[string]int64, time.Time) {
		return map[string]int64{"us-east-1": 1 << 30}, now.Truncate(time.Hour)
	}
	if report := bill.Report(in); report.PerHour != 1 || !report.From.Equal(now.Truncate(time.Hour)) {
		t.Errorf("of log events alone %v an hour, from %s", report.PerHour, report.From)
	}
	if empty := bill.Report(input()); empty.Total != 0 || empty.PerHour != 0 || !empty.From.Equal(now.Truncate(time.Hour)) {
		t.Errorf("of nothing: %+v", empty)
	}
}

func TestStartsThatAreMuchOfTheBillAreToldOf(t *testing.T) {
	starting := func(seconds int) func(*ledger.Task) {
		return func(t *ledger.Task) { t.RunningAt = t.PullStartedAt.Add(time.Duration(seconds) * time.Second) }
	}
	for seconds, want := range map[int]string{180: "", 181: "family job in cluster shop: 181 of 3600 billed seconds are from the start of pulls to RUNNING. At this speed of the clock a second that a pull really takes counts as many"} {
		in := input(task(time.Hour, 0, starting(seconds)))
		in.Speed = 60
		report := bill.Report(in)
		if got := strings.Join(report.Warnings, "; "); got != want || report.Standalone[0].Usage[0].StartSeconds != int64(seconds) {
			t.Errorf("%d seconds: %q", seconds, got)
		}
	}
}

func TestFilters(t *testing.T) {
	other := func(t *ledger.Task) { t.ClusterARN = scope.Cluster("other") }
	in := input(task(time.Hour, 0, ofService("d1")), task(time.Hour, 0, nil), task(time.Hour, 0, other), func(add ledger.Adder) {
		a := ledger.Address{Region: "us-east-1", From: now.Add(-time.Hour), To: now}
		a.Bill(now, add)
	})
	for name, test := range map[string]struct {
		wanted                           bill.Wanted
		services, standalone, notCounted int
		total                            float64
	}{
		"all":       {bill.Wanted{}, 1, 2, 12, 3*0.0123425 + 0.005},
		"a cluster": {bill.Wanted{Cluster: "shop"}, 1, 1, 13, 0.024685},
		"a service": {bill.Wanted{Service: "web"}, 1, 0, 13, 0.0123425},
	} {
		in.Wanted = test.wanted
		report := bill.Report(in)
		if len(report.Services) != test.services || len(report.Standalone) != test.standalone || math.Abs(report.Total-test.total) > 1e-12 || len(report.NotCounted) != test.notCounted {
			t.Errorf("%s: %+v", name, report)
		}
	}
}
