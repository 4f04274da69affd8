package terraform

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// TestScaling scales a service in each way, changes all of it, and imports the target and the policies. The provider cannot
// import scheduled actions.
func TestScaling(t *testing.T) {
	t.Parallel()
	asRoot(t, runScaling)
}

func runScaling(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/scaling"))
	p.attach()
	if first := p.change("apply"); first != (changes{Add: 9}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if alarms := managedAlarms(t, srv); alarms != 4 {
		t.Errorf("policies have %d alarms", alarms)
	}
	if second := p.change("apply", "-var=most=5"); second != (changes{Change: 4}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=most=5")
	if alarms := managedAlarms(t, srv); alarms != 3 {
		t.Errorf("policies have %d alarms, of which one only scales out", alarms)
	}
	target := theTarget(t, srv)
	if *target.MaxCapacity != 5 || !*target.SuspendedState.DynamicScalingInSuspended {
		t.Errorf("%+v", target)
	}
	const id = "ecs/service/shop/web/ecs:service:DesiredCount"
	forgotten := p.forgetSome("", map[string]string{
		"aws_appautoscaling_target.web": id, "aws_appautoscaling_policy.step": id + "/step",
		"aws_appautoscaling_policy.jobs": id + "/jobs", "aws_appautoscaling_policy.backlog": id + "/backlog",
	})
	if imported := p.change("apply", "-var=most=5"); imported != (changes{Import: forgotten}) {
		t.Errorf("an import of %d made %+v", forgotten, imported)
	}
	p.imported()
	p.settled("-var=most=5")
	if last := p.change("destroy", "-var=most=5"); last != (changes{Remove: 9}) {
		t.Errorf("destroy made %+v", last)
	}
	if alarms := managedAlarms(t, srv); alarms != 0 {
		t.Errorf("%d alarms are left", alarms)
	}
}

// TestScaledService applies what a service of much used modules consists of.
func TestScaledService(t *testing.T) {
	t.Parallel()
	asRootAndUser(t, runScaledService)
}

func runScaledService(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/scaled_service"))
	p.attach()
	if first := p.change("apply"); first != (changes{Add: 17}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=most=20"); second != (changes{Change: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=most=20")
	if target := theTarget(t, srv); *target.MaxCapacity != 20 || managedAlarms(t, srv) != 6 {
		t.Errorf("%+v, with %d alarms", target, managedAlarms(t, srv))
	}
	if last := p.change("destroy", "-var=most=20"); last != (changes{Remove: 17}) {
		t.Errorf("destroy made %+v", last)
	}
}

// theTarget is the one that there is.
func theTarget(t *testing.T, srv account) types.ScalableTarget {
	t.Helper()
	out, err := applicationautoscaling.NewFromConfig(srv.Config()).DescribeScalableTargets(t.Context(), &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs})
	if err != nil || len(out.ScalableTargets) != 1 {
		t.Fatalf("targets: %+v, %v", out, err)
	}
	return out.ScalableTargets[0]
}

// managedAlarms is how many alarms policies have.
func managedAlarms(t *testing.T, srv account) int {
	t.Helper()
	out, err := cloudwatch.NewFromConfig(srv.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("TargetTracking-")})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.MetricAlarms)
}
