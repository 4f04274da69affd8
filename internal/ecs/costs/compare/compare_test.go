package compare

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/demand"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// hour is what a number of tasks of 0.25 vCPU and 0.5 GB ask for in an hour, each with a network interface.
func hour(n int, tasks int64) demand.Period {
	return demand.Period{
		Region: "us-east-1", Start: noon.Add(time.Duration(n) * time.Hour), Length: time.Hour, Architecture: "X86_64",
		TaskSeconds: tasks * 3600, CPUSeconds: tasks * 256 * 3600, MiBSeconds: tasks * 512 * 3600, ENISeconds: tasks * 3600,
		FargateCPUSeconds: tasks * 256 * 3600, FargateMiBSeconds: tasks * 512 * 3600,
	}
}

func of(t *testing.T, instanceType string, periods ...demand.Period) Result {
	t.Helper()
	on := ec2.KnownInstanceType(instanceType)
	if on == nil {
		t.Fatalf("there is no %s", instanceType)
	}
	return Of(periods, on, price.Default())
}

func value(cost *float64) float64 {
	if cost == nil {
		return -1
	}
	return *cost
}

// TestOfTwoTasksForAnHour has the sum of the issue: an hour of 2 tasks of 0.25 vCPU and 0.5 GB.
func TestOfTwoTasksForAnHour(t *testing.T) {
	r := of(t, "m5.large", hour(0, 2))
	// Spot: 2 × (0.25 × 0.01288871 + 0.5 × 0.00141527).
	if got := r.Compare; value(got.Fargate) != 0.024685 || value(got.FargateSpot) != 0.007859625 || value(got.EC2.Cost) != 0.096 ||
		got.EC2.Instances != 1 || got.EC2.InstanceHours != 1 || got.EC2.InstanceType != "m5.large" {
		t.Errorf("got %v, %v, %+v", value(got.Fargate), value(got.FargateSpot), got.EC2)
	}
	if len(r.Unpriced)+len(r.Warnings) != 0 {
		t.Errorf("got %v, %v", r.Unpriced, r.Warnings)
	}
}

func TestTheFewestInstances(t *testing.T) {
	spread := hour(0, 1)
	spread.Length = 24 * time.Hour // one task for an hour of a day
	last := hour(0, 1)
	last.Length, last.CPUSeconds, last.MiBSeconds, last.ENISeconds = time.Second, 60*2048, 60, 60 // a task that is billed for a minute
	large := hour(0, 0)
	large.MiBSeconds = 7764*3600 + 1 // what an m5.large registers, and a little
	otherRegion := hour(0, 1)
	otherRegion.Region = "eu-west-1"
	late := lasting(hour(0, 2), 31) // an hour that two tasks begin in its last half minute
	for name, c := range map[string]struct {
		periods   []demand.Period
		instances int64
		hours     float64
	}{
		"nothing":                             {nil, 0, 0},
		"an idle hour":                        {[]demand.Period{hour(0, 0)}, 0, 0},
		"by network interfaces":               {[]demand.Period{hour(0, 3)}, 2, 2}, // of 3 of an m5.large one is its own
		"by memory":                           {[]demand.Period{large}, 2, 2},
		"the most of several hours":           {[]demand.Period{hour(0, 2), hour(1, 8), hour(2, 0), hour(3, 1)}, 4, 6},
		"a day counts as one":                 {[]demand.Period{spread}, 1, 24},
		"over the turn of an hour":            {[]demand.Period{late, lasting(hour(1, 2), 3569)}, 1, 1},
		"a second of a billed minute":         {[]demand.Period{last}, 1, 1. / 3600},
		"regions share no instance":           {[]demand.Period{hour(0, 1), otherRegion}, 2, 2},
		"architectures share, and it is said": {[]demand.Period{hour(0, 1), arm(hour(0, 1))}, 1, 1},
	} {
		got := of(t, "m5.large", c.periods...)
		if got.Compare.EC2.Instances != c.instances || got.Compare.EC2.InstanceHours != c.hours {
			t.Errorf("%s: got %+v, want %d and %v hours", name, got.Compare.EC2, c.instances, c.hours)
		}
		if said := strings.Contains(strings.Join(got.Warnings, "\n"), "tasks of ARM64 are counted"); said != strings.HasPrefix(name, "architectures") {
			t.Errorf("%s: warnings %q", name, got.Warnings)
		}
	}
}

// lasting is an hour of which tasks have run for so many seconds.
func lasting(p demand.Period, seconds int64) demand.Period {
	p.Length = time.Duration(seconds) * time.Second
	for _, of := range []*int64{&p.TaskSeconds, &p.CPUSeconds, &p.MiBSeconds, &p.ENISeconds, &p.FargateCPUSeconds, &p.FargateMiBSeconds} {
		*of = *of / 3600 * seconds
	}
	return p
}

func arm(p demand.Period) demand.Period {
	p.Architecture = "ARM64"
	return p
}

// TestWithoutAPriceThereIsNoCost, and what lacks one is named once.
func TestWithoutAPriceThereIsNoCost(t *testing.T) {
	ohio := func(n int) demand.Period {
		p := arm(hour(n, 1))
		p.Region, p.StorageGBSeconds = "us-east-2", 1
		return p
	}
	r := of(t, "m7g.large", hour(0, 1), ohio(0), ohio(1))
	if r.Compare.Fargate != nil || r.Compare.FargateSpot != nil || r.Compare.EC2.Cost != nil || r.Compare.EC2.InstanceHours != 3 {
		t.Errorf("got %+v", r.Compare)
	}
	var want []costs.Unpriced
	for _, capacity := range []string{"FARGATE", "FARGATE_SPOT"} {
		for _, part := range []string{"vCPU", "GB", "ephemeral storage"} {
			want = append(want, costs.Unpriced{What: capacity + " " + part + " of ARM64, to compare", Region: "us-east-2"})
		}
	}
	want = append(want, costs.Unpriced{What: "EC2 m7g.large, to compare", Region: "us-east-2"})
	if !reflect.DeepEqual(r.Unpriced, want) {
		t.Errorf("got %v\nwant %v", r.Unpriced, want)
	}
}

func TestWhatCannotRunThere(t *testing.T) {
	large := hour(0, 1)
	large.TooLargeSeconds = 1
	r := of(t, "m5.large", large)
	if r.Compare.Fargate != nil || r.Compare.EC2.Cost == nil || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "larger than any size of Fargate") {
		t.Errorf("got %+v, %q", r.Compare, r.Warnings)
	}
	narrow := &ec2.InstanceType{Name: "mine", VCPUs: 4, Registered: 4096, ENIs: 1, Architecture: ec2.X86}
	r = Of([]demand.Period{hour(0, 1)}, narrow, price.Default())
	if r.Compare.EC2 != (costs.CompareEC2{InstanceType: "mine"}) || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "has no network interface for tasks") {
		t.Errorf("got %+v, %q", r.Compare.EC2, r.Warnings)
	}
}

func TestTheDefaultTypeIsKnownAndPriced(t *testing.T) {
	if _, priced := price.Default().InstanceHour("us-east-1", DefaultInstanceType); !priced || ec2.KnownInstanceType(DefaultInstanceType) == nil {
		t.Errorf("%s has no price, or is not known", DefaultInstanceType)
	}
}
