package bill_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

func TestWithoutAPriceTheQuantityStands(t *testing.T) {
	elsewhere := func(t *ledger.Task) {
		t.Region, t.ClusterARN = "xx-nowhere-1", "arn:aws:ecs:xx-nowhere-1:1:cluster/far"
	}
	report := bill.Report(input(
		task(time.Hour, 0, nil), task(time.Hour, 0, elsewhere),
		func(add ledger.Adder) {
			i := ledger.Instance{Region: "us-east-1", Type: "m5.large", Spot: true, RunningAt: now.Add(-time.Hour), End: now}
			i.Bill(now, add)
		},
	))
	if len(report.Standalone) != 2 || report.Total != 0.0123425 {
		t.Fatalf("%+v", report)
	}
	for _, s := range report.Standalone {
		if (s.Cost == nil) != (s.ClusterName == "far") || s.Usage[0].TaskSeconds != 3600 || (s.Usage[0].Cost == nil) != (s.Cost == nil) {
			t.Errorf("%+v", s)
		}
	}
	if i := report.Instances; len(i) != 1 || i[0].Cost != nil || !i[0].Spot || i[0].Hours != 1 {
		t.Errorf("instances %+v", i)
	}
	for _, want := range []costs.Unpriced{
		{What: "FARGATE vCPU of X86_64", Region: "xx-nowhere-1"}, {What: "FARGATE GB of X86_64", Region: "xx-nowhere-1"}, {What: "EC2 Spot Instance m5.large", Region: "us-east-1"},
	} {
		if !slices.Contains(report.Unpriced, want) {
			t.Errorf("%+v is not among %+v", want, report.Unpriced)
		}
	}
}

// What has a price is in the total, although something beside it has none: addresses of another region, tasks of the same service on
// Spot, for whose storage no price is known.
func TestWhatHasAPriceIsInTheTotal(t *testing.T) {
	onSpot := func(t *ledger.Task) {
		ofService("d1")(t)
		t.Capacity, t.Storage = "FARGATE_SPOT", 10
	}
	addresses := func(region string) func(ledger.Adder) {
		return func(add ledger.Adder) {
			a := ledger.Address{Region: region, From: now.Add(-time.Hour), To: now}
			a.Bill(now, add)
		}
	}
	report := bill.Report(input(task(time.Hour, 0, ofService("d1")), task(time.Hour, 0, onSpot), addresses("us-east-1"), addresses("eu-west-1")))
	if s := report.Services[0]; s.Cost != nil || usd(s.Usage[0].Cost) != 0.0123425 || s.Usage[1].Cost != nil {
		t.Errorf("the service costs %v, its usage %v and %v", usd(s.Cost), usd(s.Usage[0].Cost), usd(s.Usage[1].Cost))
	}
	if a := report.PublicAddresses; a.Hours != 2 || usd(a.Cost) != 0.005 {
		t.Errorf("addresses: %v hours cost %v", a.Hours, usd(a.Cost))
	}
	if report.Total != 0.0173425 {
		t.Errorf("the total is %v", report.Total)
	}
	if want := []costs.Unpriced{{What: "FARGATE_SPOT ephemeral storage", Region: "us-east-1"}, {What: "public IPv4 address", Region: "eu-west-1"}}; !slices.Equal(report.Unpriced[:2], want) {
		t.Errorf("without a price: %v", report.Unpriced)
	}
	if only := bill.Report(input(addresses("eu-west-1"))); only.PublicAddresses.Cost != nil || only.PublicAddresses.Hours != 1 || only.Total != 0 {
		t.Errorf("addresses without a price: %+v", only.PublicAddresses)
	}
}

// Log events that go to another server are not counted, which the report says.
func TestLogsElsewhere(t *testing.T) {
	in := input(task(time.Hour, 0, nil))
	says := func() bool {
		return slices.ContainsFunc(bill.Report(in).NotCounted, func(n costs.NotCounted) bool { return strings.Contains(n.Why, "--upstream-for logs") })
	}
	if !says() {
		t.Error("nothing is said of log events elsewhere")
	}
	in.Logs = func(time.Time) (map[string]int64, time.Time) { return nil, time.Time{} }
	if says() {
		t.Error("log events are said to be elsewhere")
	}
}
