package bill_test

import (
	"net/url"
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
