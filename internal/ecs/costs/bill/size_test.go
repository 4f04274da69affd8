package bill_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// Ten load balancers that have just been made are billed an hour each. What that comes to in 730 hours is large, not negative.
func TestPerHourOfAMoment(t *testing.T) {
	in := input()
	b := ledger.LoadBalancer{Region: "us-east-1", ARN: "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/1", From: now, To: now}
	for range 10 {
		b.Bill(now, func(part ledger.Sum) { in.Sums = append(in.Sums, part) })
	}
	in.Now = now.Add(time.Microsecond)
	if r := bill.Report(in); r.Total != 0.225 || r.PerHour != 0.225*3.6e9 || r.Per730Hours != 0.225*730*3.6e9 {
		t.Errorf("%v dollars, %v an hour, %v in 730", r.Total, r.PerHour, r.Per730Hours)
	}
}

// The highest price that a file may have, and many tasks for long: no cost and no sum of costs overflows.
func TestTheHighestPrices(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.json")
	table := `{"currency": "USD", "regions": {"us-east-1": {"FARGATE": {"X86_64": {"vCPUHour": 1e6, "gbHour": 1e6}}, "EC2": {"m5.large": 1e6}}}}`
	if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	prices, err := price.ReadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	in := input()
	in.Prices = prices
	in.Deployments = []*ledger.Deployment{{ARN: "d1", ServiceARN: web, StartedAt: now, ExtraMillis: 1e6 * 24 * 3600 * 1000}}
	for range 1_000_000 / 1000 { // of 1,000 tasks each
		task(24*time.Hour, 0, func(t *ledger.Task) {
			ofService("d1")(t)
			t.CPU, t.Memory, t.FargateCPU, t.FargateMemory = 1024*1000, 2048*1000, 1024*1000, 2048*1000
		})(func(part ledger.Sum) { in.Sums = append(in.Sums, part) })
	}
	r := bill.Report(in)
	const want = 1e6 * 24 * 3e6
	if r.Total != want || r.PerHour != want/24 || usd(r.Services[0].Cost) != want || usd(r.Compare.Fargate) != want || usd(r.Compare.EC2.Cost) < want/6 {
		t.Errorf("%v dollars, %v an hour, the service %v, on Fargate %v, on instances %v, want %v", r.Total, r.PerHour, usd(r.Services[0].Cost), usd(r.Compare.Fargate), usd(r.Compare.EC2.Cost), want)
	}
	if extra := usd(r.Services[0].Deployments[0].ExtraCost); extra != want*1000 { // each task stands for a thousand
		t.Errorf("extra %v", extra)
	}
}
