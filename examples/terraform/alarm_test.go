package terraform

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestAlarms makes alarms, of metrics, metric math and other alarms, a dashboard, and a service whose deployments heed alarms. It
// changes one with its tags and what the service does about it, imports some, and removes all. The provider speaks AWS Query.
func TestAlarms(t *testing.T) {
	t.Parallel()
	asRoot(t, runAlarms)
}

func runAlarms(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/alarm"))
	p.env = slices.DeleteFunc(p.env, func(variable string) bool { return strings.HasPrefix(variable, "AWS_ENDPOINT_URL=") })
	p.attach()
	client := cloudwatch.NewFromConfig(srv.Config())
	describe := func(alarmTypes ...cwtypes.AlarmType) *cloudwatch.DescribeAlarmsOutput {
		t.Helper()
		out, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("web-"), AlarmTypes: alarmTypes})
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

	if first := p.change("apply"); first != (changes{Add: 7}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if got := heeded(); !reflect.DeepEqual(got, want) {
		t.Errorf("deployments heed %+v", got)
	}
	if second := p.change("apply", "-var=threshold=90"); second != (changes{Change: 5}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=threshold=90")
	if made := describe().MetricAlarms; len(made) != 3 || *made[0].Threshold != 90 || len(made[1].Metrics) != 3 || *made[2].ExtendedStatistic != "p99.9" {
		t.Errorf("%+v", made)
	}
	composites := describe(cwtypes.AlarmTypeCompositeAlarm).CompositeAlarms
	if len(composites) != 1 || !strings.Contains(*composites[0].AlarmRule, " AND ") || *composites[0].ActionsSuppressorExtensionPeriod != 90 {
		t.Errorf("%+v", composites)
	}
	want.Rollback = false
	if got := heeded(); !reflect.DeepEqual(got, want) {
		t.Errorf("after the change deployments heed %+v", got)
	}
	imported := p.forgetSome("", map[string]string{
		"aws_cloudwatch_metric_alarm.failing": "id", "aws_cloudwatch_composite_alarm.trouble": "id", "aws_cloudwatch_dashboard.web": "dashboard_name",
	})
	if second := p.change("apply", "-var=threshold=90"); second != (changes{Import: imported}) {
		t.Errorf("an import of %d made %+v", imported, second)
	}
	p.imported()
	p.settled("-var=threshold=90")
	if last := p.change("destroy", "-var=threshold=90"); last != (changes{Remove: 7}) {
		t.Errorf("destroy made %+v", last)
	}
	if left := describe(cwtypes.AlarmTypeCompositeAlarm, cwtypes.AlarmTypeMetricAlarm); len(left.MetricAlarms)+len(left.CompositeAlarms) > 0 {
		t.Errorf("alarms are left: %+v", left)
	}
}
