package price

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDefaultPrices: figures as their sources have them, so a slip in the table is seen.
func TestDefaultPrices(t *testing.T) {
	p := Default()
	for name, c := range map[string]struct {
		get  func() (int64, bool)
		want int64
	}{
		"vCPU":              {func() (int64, bool) { return p.VCPUHour("us-east-1", "FARGATE", "X86_64") }, 40_480_000},
		"GB":                {func() (int64, bool) { return p.GBHour("us-east-1", "FARGATE", "X86_64") }, 4_445_000},
		"vCPU on ARM":       {func() (int64, bool) { return p.VCPUHour("us-east-1", "FARGATE", "ARM64") }, 32_380_000},
		"vCPU of Spot":      {func() (int64, bool) { return p.VCPUHour("us-east-1", "FARGATE_SPOT", "X86_64") }, 12_888_710},
		"storage":           {func() (int64, bool) { return p.StorageGBHour("us-east-1", "FARGATE") }, 111_000},
		"São Paulo":         {func() (int64, bool) { return p.GBHour("sa-east-1", "FARGATE", "X86_64") }, 7_600_000},
		"load balancer":     {func() (int64, bool) { return p.LoadBalancerHour("us-east-1", "application") }, 22_500_000},
		"NLCU":              {func() (int64, bool) { return p.CapacityUnitHour("us-east-1", "network") }, 6_000_000},
		"address":           {func() (int64, bool) { return p.PublicIPv4Hour("us-east-1") }, 5_000_000},
		"NAT gateway":       {func() (int64, bool) { return p.NATGatewayHour("us-east-1") }, 45_000_000},
		"logs in Frankfurt": {func() (int64, bool) { return p.LogsGB("eu-central-1") }, 630_000_000},
	} {
		if got, found := c.get(); !found || got != c.want {
			t.Errorf("%s: got %d, %v, want %d", name, got, found, c.want)
		}
	}
}

// TestNoFigureNoPrice: neither a region nor an architecture nor a capacity stands for another.
func TestNoFigureNoPrice(t *testing.T) {
	p := Default()
	for name, get := range map[string]func() (int64, bool){
		"ARM in Ohio":          func() (int64, bool) { return p.VCPUHour("us-east-2", "FARGATE", "ARM64") },
		"Spot in Frankfurt":    func() (int64, bool) { return p.GBHour("eu-central-1", "FARGATE_SPOT", "X86_64") },
		"storage of Spot":      func() (int64, bool) { return p.StorageGBHour("us-east-1", "FARGATE_SPOT") },
		"instances elsewhere":  func() (int64, bool) { return p.InstanceHour("eu-west-1", "m5.large") },
		"an unknown region":    func() (int64, bool) { return p.VCPUHour("xx-nowhere-1", "FARGATE", "X86_64") },
		"gateway balancer":     func() (int64, bool) { return p.LoadBalancerHour("us-east-1", "gateway") },
		"addresses in Ireland": func() (int64, bool) { return p.PublicIPv4Hour("eu-west-1") },
	} {
		if got, found := get(); found {
			t.Errorf("%s costs %d", name, got)
		}
	}
}

func TestInstancesScaleFromTheLargeOne(t *testing.T) {
	for name, want := range map[string]int64{
		"m5.large": 96_000_000, "m5.xlarge": 192_000_000, "m5.24xlarge": 4_608_000_000, "m5.metal": 4_608_000_000, "m7g.medium": 40_800_000,
		"c5.9xlarge": 1_530_000_000, "t3.2xlarge": 332_800_000, "t3.small": 20_800_000, "t2.xlarge": 185_600_000, "g5.2xlarge": 1_212_000_000,
	} {
		if got, found := Default().InstanceHour("us-east-1", name); !found || got != want {
			t.Errorf("%s: got %d, %v, want %d", name, got, found, want)
		}
	}
	// Of the small ones of a burstable family only some have a figure, and they are not as the large one.
	for _, name := range []string{"t3.nano", "t2.nano", "t3a.micro", "t4g.nano", "g5.4xlarge", "m7i-flex.large", "m5d.large", "m6g.large", "x.large", "m5.3xlarge", "m5", ""} {
		if got, found := Default().InstanceHour("us-east-1", name); found {
			t.Errorf("%s costs %d", name, got)
		}
	}
}

// TestEachFigureHasASource, with its date and a mark, and no source stands for a figure that is not there.
func TestEachFigureHasASource(t *testing.T) {
	date, used := regexp.MustCompile(`^20[0-9]{2}(-[0-9]{2}){0,2}$`), map[*Origin]bool{}
	for region, figures := range Default().figures {
		for what := range figures {
			origin := OriginOf(region, what)
			if origin == nil {
				t.Errorf("%s %s has no source", region, what)
				continue
			}
			used[origin] = true
			if origin.Source == "" || !date.MatchString(origin.AsOf) || !slices.Contains([]string{"P", "G", "A", "Q"}, origin.Mark) {
				t.Errorf("%s %s: %+v", region, what, origin)
			}
			if spot := strings.HasPrefix(string(what), "FARGATE_SPOT/"); spot != origin.Floating {
				t.Errorf("%s %s: floating is %v", region, what, origin.Floating)
			}
		}
	}
	for _, origin := range origins() {
		if !used[origin] {
			t.Errorf("no figure is from %q", origin.Source)
		}
		for _, of := range origin.Of {
			region, what, _ := strings.Cut(of, "/")
			if !slices.ContainsFunc(slices.Collect(maps.Keys(Default().figures[region])), func(has What) bool {
				return strings.HasPrefix(string(has)+"/", what+"/")
			}) {
				t.Errorf("the table has no %s", of)
			}
		}
	}
	if got := OriginOf("us-east-1", "EC2/r7g.large"); got == nil || !strings.Contains(got.Source, "0.10584") {
		t.Errorf("the longer beginning does not win: %+v", got)
	}
	if got := OriginOf("us-east-1", "EC2/u.large"); got != nil {
		t.Errorf("got %+v for a figure that is not there", got)
	}
}
