package serviceload

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestShares(t *testing.T) {
	three := 3.0
	for _, c := range []struct {
		running    int
		size, want float64
	}{
		{0, 0, 3}, // the first is about to run
		{1, 0, 3}, {6, 1, 0.5}, {3, 1, 1},
		{2, 1, 1}, // no more than a task has
	} {
		if got := shareOf(&three, c.running, c.size); got != c.want {
			t.Errorf("a share of 3 vCPU, %d tasks of %g run: %g, want %g", c.running, c.size, got, c.want)
		}
	}
	if got := shareOf(nil, 1, 1); !math.IsNaN(got) {
		t.Errorf("a share of nothing said: %g", got)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ cluster, service, want string }{
		{"", "api", "default api"}, {"shop", "api", "shop api"}, {"", "shop/api", "shop api"}, {"shop", "shop/api", "shop api"},
		{"", "arn:aws:ecs:us-east-1:000000000000:service/shop/api", "shop api"},
		{"arn:aws:ecs:us-east-1:000000000000:cluster/shop", "api", "shop api"},
	} {
		cluster, service, err := Names(c.cluster, c.service)
		if got := cluster + " " + service; err != nil || got != c.want {
			t.Errorf("%s of %q: %s, %v", c.service, c.cluster, got, err)
		}
	}
}

func TestNonsense(t *testing.T) {
	number := func(n float64) *float64 { return &n }
	for want, l := range map[string]Load{
		"the service is missing":                                           {CPU: number(1)},
		"the load of api is missing: give cpu":                             {Service: "api"},
		"cpu -1 is no load: give vCPU from 0 to 1000000":                   {Service: "api", CPU: number(-1)},
		"cpu NaN is no load":                                               {Service: "api", CPU: number(math.NaN())},
		"memory +Inf is no load: give MiB":                                 {Service: "api", Memory: number(math.Inf(1))},
		"requests -1 is no load: give requests a second from 0 to 1000000": {Service: "api", Requests: number(-1)},
		`for "soon" is no time`:                                            {Service: "api", CPU: number(1), For: "soon"},
		`for "-5m" is no time`:                                             {Service: "api", CPU: number(1), For: "-5m"},
		"service shop/api is not in cluster other":                         {Service: "shop/api", Cluster: "other", CPU: number(1)},
		"until is in answers alone: give for":                              {Service: "api", CPU: number(1), Until: time.Unix(2e9, 0)},
	} {
		if err := l.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", l, err, want)
		}
	}
	if err := (Load{Service: "api", CPU: number(0), For: "10m"}).Check(); err != nil {
		t.Errorf("no CPU for ten minutes: %v", err)
	}
}
