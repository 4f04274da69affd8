package bill_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

// Two regions have a cluster and a service of the same names. An ARN names one of them, a name both.
func TestAnARNNamesOneRegion(t *testing.T) {
	west := arn.Scope{Region: "eu-west-1", Account: scope.Account}
	in := input(task(time.Hour, 0, ofService("d1")), task(time.Hour, 0, func(t *ledger.Task) {
		ofService("d2")(t)
		t.Region, t.ClusterARN, t.ServiceARN = west.Region, west.Cluster("shop"), west.Service("shop", "web")
	}))
	for query, services := range map[string]int{
		"cluster=shop": 2, "service=web": 2, "cluster=" + west.Cluster("shop"): 1, "service=" + web: 1, "cluster=shop&service=" + web: 1,
		"service=web&cluster=" + west.Cluster("shop"): 1,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if in.Wanted, err = bill.ReadWanted(values); err != nil {
			t.Fatal(err)
		}
		if report := bill.Report(in); len(report.Services) != services {
			t.Errorf("?%s: %d services, want %d", query, len(report.Services), services)
		}
	}
	_, err := bill.ReadWanted(url.Values{"cluster": {west.Cluster("shop")}, "service": {web}})
	if err == nil || !strings.Contains(err.Error(), "in us-east-1, and cluster is of account 123456789012 in eu-west-1") {
		t.Error(err)
	}
}

// Two regions and another account have things of the same names. Each row says where it is.
func TestRowsSayWhereTheyAre(t *testing.T) {
	var bills []func(ledger.Adder)
	want := []string{"111122223333 us-east-1", "123456789012 eu-west-1", "123456789012 us-east-1"}
	for _, at := range []arn.Scope{{Region: "us-east-1", Account: "111122223333"}, {Region: "eu-west-1", Account: scope.Account}, scope} {
		there := func(t *ledger.Task) { t.Region, t.ClusterARN = at.Region, at.Cluster("shop") }
		bills = append(bills, task(time.Hour, 0, there), task(time.Hour, 0, func(t *ledger.Task) {
			ofService("d1")(t)
			there(t)
			t.ServiceARN = at.Service("shop", "web")
		}), func(add ledger.Adder) {
			i := ledger.Instance{Region: at.Region, Type: "m5.large", RunningAt: now.Add(-time.Hour), End: now}
			i.Bill(now, add)
			b := ledger.LoadBalancer{Region: at.Region, ARN: "arn:aws:elasticloadbalancing:" + at.Region + ":" + at.Account + ":loadbalancer/app/web/1", From: now, To: now}
			b.Bill(now, add)
		})
	}
	report := bill.Report(input(bills...))
	var services, families, balancers, instances []string
	for _, s := range report.Services {
		services = append(services, s.Account+" "+s.Region)
	}
	for _, s := range report.Standalone {
		families = append(families, s.Account+" "+s.Region)
	}
	for _, b := range report.LoadBalancers {
		balancers = append(balancers, b.Account+" "+b.Region)
	}
	for _, i := range report.Instances {
		instances = append(instances, fmt.Sprint(i.Region, " ", i.Count, " ", usd(i.Cost)))
	}
	for what, got := range map[string][]string{"services": services, "families": families, "load balancers": balancers} {
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	if want := []string{"eu-west-1 1 NaN", "us-east-1 2 0.192"}; !slices.Equal(instances, want) {
		t.Errorf("instances: %q, want %q", instances, want)
	}
}
