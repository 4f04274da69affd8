package terraform

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestAlarms makes alarms and a service whose deployments heed them, changes one with its tags and what the
// service does about it, and removes them. The provider speaks AWS Query.
func TestAlarms(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/alarm"))
	p.env = slices.DeleteFunc(p.env, func(variable string) bool { return strings.HasPrefix(variable, "AWS_ENDPOINT_URL=") })
	p.attach()
	client := cloudwatch.NewFromConfig(srv.Config())
	describe := func() *cloudwatch.DescribeAlarmsOutput {
		t.Helper()
		out, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("web-")})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	heeded := func() *types.DeploymentAlarms {
		t.Helper()
		out, err := ecs.NewFromConfig(srv.Config()).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
		if err != nil || len(out.Services) != 1 {
			t.Fatalf("the service: %+v, %v", out, err)
		}
		alarms := out.Services[0].DeploymentConfiguration.Alarms
		slices.Sort(alarms.AlarmNames) // the provider has a set of them
		return alarms
	}
	want := &types.DeploymentAlarms{AlarmNames: []string{"web-busy", "web-slow"}, Enable: true, Rollback: true}

	if first := p.change("apply"); first != (changes{Add: 4}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if got := heeded(); !reflect.DeepEqual(got, want) {
		t.Errorf("deployments heed %+v", got)
	}
	if second := p.change("apply", "-var=threshold=90.5"); second != (changes{Change: 2}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=threshold=90.5")
	if made := describe().MetricAlarms; len(made) != 2 || *made[0].Threshold != 90.5 || *made[1].ExtendedStatistic != "p99.9" {
		t.Errorf("%+v", made)
	}
	want.Rollback = false
	if got := heeded(); !reflect.DeepEqual(got, want) {
		t.Errorf("after the change deployments heed %+v", got)
	}
	if last := p.change("destroy", "-var=threshold=90.5"); last != (changes{Remove: 4}) {
		t.Errorf("destroy made %+v", last)
	}
	if left := describe().MetricAlarms; len(left) > 0 {
		t.Errorf("alarms are left: %+v", left)
	}
}
