package costs

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	answer "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
)

func usd(cost float64) *float64 { return &cost }

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func report() *answer.Report {
	return &answer.Report{
		From: noon, To: noon.Add(time.Hour), Total: 0.0476851234, PerHour: 0.0476851234, Per730Hours: 34.8101,
		Prices: answer.Prices{Source: "AWS's price list", AsOf: "2026-09-29"},
		Services: []answer.Service{{
			ClusterName: "default", ServiceName: "web", Cost: usd(0.024685),
			Usage: []answer.Usage{
				{Capacity: "FARGATE", Architecture: "X86_64", Tasks: 2, TaskSeconds: 7200, StartSeconds: 3, VCPUHours: 0.5, GBHours: 1, Cost: usd(0.024685)},
				{Capacity: "EC2", Architecture: "X86_64", Tasks: 1, TaskSeconds: 90, VCPUHours: 0.00625, GBHours: 0.0001},
			},
			Deployments: []answer.Deployment{
				{TaskDefinition: "web:2", Status: "SUCCESSFUL", StartedAt: noon.Add(time.Minute), FinishedAt: noon.Add(2 * time.Minute), TaskSeconds: 3600, ExtraTaskSeconds: 120.4, ExtraCost: usd(0.000411)},
				{TaskDefinition: "web:1", Status: "SUCCESSFUL", StartedAt: noon},
				{TaskDefinition: "web:1", Status: "STOPPED", StartedAt: noon},
				{TaskDefinition: "web:1", Status: "STOPPED", StartedAt: noon},
			},
		}},
		Standalone: []answer.Standalone{{ClusterName: "default", Family: "job", Usage: []answer.Usage{{Capacity: "FARGATE_SPOT", Architecture: "ARM64", Tasks: 1, TaskSeconds: 60}}}},
		Instances: []answer.Instances{
			{InstanceType: "m5.large", Count: 1, Hours: 0.5, Cost: usd(0.048), ReservedShare: 0.256}, {InstanceType: "m5.large", Spot: true, Count: 1, Hours: 1},
		},
		LoadBalancers:   []answer.LoadBalancer{{LoadBalancerName: "front", Hours: 1, CapacityUnitHours: 0.00001, Cost: usd(0.0225)}},
		PublicAddresses: answer.PublicAddresses{Hours: 2, Cost: usd(0.01)},
		Logs:            answer.Logs{GB: 1.5, Cost: nil},
		Compare: answer.Compare{
			Fargate: usd(0.024685), FargateSpot: nil, EC2: answer.CompareEC2{InstanceType: "m5.large", Instances: 1, InstanceHours: 1, Cost: usd(0.096)},
		},
		NotCounted: []answer.NotCounted{{What: "data transfer", Why: "it is not measured"}},
		Unpriced:   []answer.Unpriced{{What: "logs GB", Region: "eu-west-1"}},
		Warnings:   []string{"tasks took long to start\nat speed 60"},
	}
}

func TestReportOnATerminal(t *testing.T) {
	want := `0.047685 USD from 2026-10-01T12:00:00Z to 2026-10-01T13:00:00Z
0.047685 an hour, 34.81 a month of 730 hours

SERVICE      USD          CAPACITY  TASKS  TASK TIME  STARTING  VCPU HOURS  GB HOURS
default/web  0.024685     FARGATE   2      2h         3s        0.5         1
default/web  by instance  EC2       1      1m30s      0s        0.006       <0.001

DEPLOYMENT OF  DEFINITION  EXTRA USD    EXTRA TIME  STATUS      STARTED               TASK TIME
default/web    web:2       0.000411     2m          SUCCESSFUL  2026-10-01T12:01:00Z  1h
default/web    web:1       by instance  0s          SUCCESSFUL  2026-10-01T12:00:00Z  0s
default/web    web:1       by instance  0s          STOPPED     2026-10-01T12:00:00Z  0s
and 1 deployment before; name a service for all of its own

FAMILY       USD       CAPACITY            TASKS  TASK TIME  STARTING  VCPU HOURS  GB HOURS
default/job  no price  FARGATE_SPOT ARM64  1      1m         0s        0           0

INSTANCE TYPE  COUNT  HOURS  RESERVED  USD
m5.large       1      0.5    26 %      0.048
m5.large Spot  1      1      0 %       no price

LOAD BALANCER  HOURS  CAPACITY UNIT HOURS  USD
front          1      <0.001               0.0225

BESIDE THEM            QUANTITY  USD
public IPv4 addresses  2 hours   0.01
logs ingested          1.5 GB    no price

THE SAME TASKS       USD       HOW
all on FARGATE       0.024685  -
all on FARGATE_SPOT  no price  a price that floats: of one moment, not of yours
all on m5.large      0.096     a lower bound: at least 1 instance, for 1 h in all

Not counted:
  data transfer: it is not measured

Without a price, so what needs it is in no sum:
  logs GB in eu-west-1

Prices: AWS's price list, as of 2026-09-29
warning: tasks took long to start at speed 60
`
	if got := render(report(), terminal.Terminal{}, false); got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
	if got := render(report(), terminal.Terminal{}, true); strings.Count(got, "web:1") != 3 || strings.Contains(got, "before; name") {
		t.Errorf("of one service it shows\n%s", got)
	}
	if got := render(report(), terminal.Terminal{Colour: true}, false); !strings.Contains(got, "\x1b[33mwarning: ") {
		t.Errorf("without colour\n%s", got)
	}
}

// TestThingsOfTheSameName are told apart by their region, and by their account where there are several.
func TestThingsOfTheSameName(t *testing.T) {
	r := report()
	here := answer.Place{Account: "000000000000", Region: "us-east-1"}
	there := answer.Place{Account: "000000000000", Region: "eu-west-1"}
	r.Services[0].Place, r.Standalone[0].Place, r.LoadBalancers[0].Place = here, there, there
	r.Instances[0].Region, r.Instances[1].Region = here.Region, there.Region
	expect := func(texts ...string) {
		t.Helper()
		got := render(r, terminal.Terminal{}, false)
		for _, text := range texts {
			if !strings.Contains(got, text) {
				t.Errorf("it shows\n%s\nwithout %s", got, text)
			}
		}
	}
	expect("\ndefault/web in us-east-1  0.024685", "\ndefault/web in us-east-1  web:2", "\ndefault/job in eu-west-1  no price", "\nm5.large in us-east-1       1",
		"\nm5.large Spot in eu-west-1  1", "\nfront in eu-west-1  1")
	r.LoadBalancers[0].Account = "111122223333"
	expect("\ndefault/web in us-east-1 of 000000000000  0.024685", "\nfront in eu-west-1 of 111122223333  1", "\nm5.large in us-east-1       1")
}

// TestNothingHasRun: what is not there takes no line.
func TestNothingHasRun(t *testing.T) {
	got := render(&answer.Report{From: noon, To: noon, Prices: answer.Prices{Source: "x", File: "mine.json"}, Compare: answer.Compare{Fargate: usd(0)}}, terminal.Terminal{}, false)
	want := `0 USD from 2026-10-01T12:00:00Z to 2026-10-01T12:00:00Z
0 an hour, 0 a month of 730 hours

Prices: x, from mine.json
`
	if got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for of, want := range map[float64]string{0: "0", 0.024685: "0.024685", 0.0246854: "0.024685", 0.096: "0.096", 1.5: "1.50", 12: "12.00", 1e-7: "<0.000001", 9.99: "9.99", 123.456: "123.46", -0.5: "-0.50"} {
		if got := dollars(of); got != want {
			t.Errorf("%v: got %s, want %s", of, got, want)
		}
	}
	for of, want := range map[float64]string{0: "0", 2: "2", 0.25: "0.25", 1.23456: "1.235", 0.0001: "<0.001", 730: "730"} {
		if got := quantity(of); got != want {
			t.Errorf("%v: got %s, want %s", of, got, want)
		}
	}
	for of, want := range map[float64]string{0: "0s", 0.25: "250ms", 60: "1m", 61.4: "1m1s", 3600: "1h", 5400: "1h30m", 86400: "24h", 36005: "10h0m5s"} {
		if got := length(of); got != want {
			t.Errorf("%v: got %s, want %s", of, got, want)
		}
	}
}

// TestNarrowTerminal: the tables fit. Names are cut and details stand below, and money is whole.
func TestNarrowTerminal(t *testing.T) {
	r := report()
	r.Services[0].ServiceName = "orders-of-customers-in-the-northern-countries"
	got := render(r, terminal.Terminal{Width: 80}, false)
	tables, _, _ := strings.Cut(got, "Not counted:")
	for line := range strings.Lines(tables) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) > 80 {
			t.Errorf("wider than 80: %s", line)
		}
	}
	for _, part := range []string{
		`
SERVICE                                  USD          CAPACITY  TASKS  TASK TIME
default/orders-of-c…-northern-countries  0.024685     FARGATE   2      2h
  starting: 3s
  vcpu hours: 0.5
  gb hours: 1
default/orders-of-c…-northern-countries  by instance  EC2       1      1m30s
`, `
default/orders-…thern-countries  web:2       0.000411     2m          SUCCESSFUL
  started: 2026-10-01T12:01:00Z
  task time: 1h
`,
	} {
		if !strings.Contains(tables, part) {
			t.Errorf("it shows\n%s\nwithout%s", tables, part)
		}
	}
}
