package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// expectWhy wants an answer about something, or what led to one, that is of a cause, and has parts of a sentence and of what is
// next.
func (w *world) expectWhy(ref string, want wanted) {
	w.Helper()
	r, err := w.srv.Why(ref)
	w.must(err)
	var all []string
	var look func(answers []emulator.WhyAnswer) bool
	look = func(answers []emulator.WhyAnswer) bool {
		for _, a := range answers {
			all = append(all, a.Cause+": "+a.Sentence+" "+a.Next)
			if len(a.Evidence) == 0 || !strings.HasSuffix(a.Sentence, ".") || strings.HasSuffix(a.Sentence, "..") {
				w.Errorf("%+v has no evidence, or not one full stop", a)
			}
			fits := a.Cause == string(want.cause) && strings.Contains(a.Next, want.next)
			for _, part := range want.says {
				fits = fits && strings.Contains(a.Sentence, part)
			}
			if fits {
				w.Log(a.Sentence, a.Next)
				return true
			}
			if look(a.Because) {
				return true
			}
		}
		return false
	}
	if !look(r.Answers) {
		w.Errorf("no answer is %+v:\n%s", want, strings.Join(all, "\n"))
	}
}

func TestTheQuotaOfVCPUsIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t, withQuotas(map[string]int{"fargate-vcpus": 1}))
	w.createService("web", w.register("web", "web", "sleep", "7200"), 5)
	w.eventually("four run", func() bool {
		return w.service("web").RunningCount == 4 && strings.Contains(*w.service("web").Events[0].Message, noVCPUs)
	})
	w.expectWhy("web", wanted{why.Quota, []string{"Service web was unable to place a task. Reason: " + noVCPUs + "."}, "a higher --quota"})
}

// serviceOnInstances creates service web of launch type EC2, or of a capacity provider.
func (w *world) serviceOnInstances(in ecs.CreateServiceInput) {
	w.Helper()
	registered, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("shop/app:2"), Memory: aws.Int32(64), Command: []string{"sleep", "86400"},
		}},
	})
	w.must(err)
	in.ServiceName, in.TaskDefinition = aws.String("web"), registered.TaskDefinition.TaskDefinitionArn
	if in.CapacityProviderStrategy == nil {
		in.LaunchType = types.LaunchTypeEc2
	}
	_, err = w.client.CreateService(w.Context(), &in)
	w.must(err)
}

// managedScaling makes capacity provider machines, of up to two instances.
func (w *world) managedScaling() []types.CapacityProviderStrategyItem {
	w.Helper()
	_, err := ec2.NewFromConfig(w.srv.Config()).CreateLaunchTemplate(w.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("machines"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
			InstanceType: ec2types.InstanceTypeT3Small,
		},
	})
	w.must(err)
	groups := autoscaling.NewFromConfig(w.srv.Config())
	_, err = groups.CreateAutoScalingGroup(w.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("machines"), MinSize: aws.Int32(0), MaxSize: aws.Int32(2), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("machines")},
	})
	w.must(err)
	out, err := groups.DescribeAutoScalingGroups(w.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	w.must(err)
	_, err = w.client.CreateCapacityProvider(w.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("machines"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: out.AutoScalingGroups[0].AutoScalingGroupARN, ManagedScaling: &types.ManagedScaling{Status: types.ManagedScalingStatusEnabled},
		},
	})
	w.must(err)
	_, err = w.client.CreateCluster(w.Context(), &ecs.CreateClusterInput{CapacityProviders: []string{"machines"}})
	w.must(err)
	return []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("machines"), Weight: 1}}
}

// TestAnInstanceOnItsWayIsNamed to a service that is placed on instances of the cluster.
func TestAnInstanceOnItsWayIsNamed(t *testing.T) {
	w := slow(t)
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	_, err = ec2.NewFromConfig(w.srv.Config()).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	w.must(err)
	w.serviceOnInstances(ecs.CreateServiceInput{DesiredCount: aws.Int32(1)})
	w.eventually("it has no place", func() bool {
		w.advance(time.Second)
		return len(w.service("web").Events) > 0
	})
	w.expectWhy("web", wanted{why.InstanceLaunching, []string{"Service web finds no place for a task of web:1: instance i-", " (t3.small) has been on its way since "}, "Wait for it"})
}

// TestTheQuotaOfTasksThatWaitIsNamed, and for what the task waits that does.
func TestTheQuotaOfTasksThatWaitIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{AWSDelays: true, Quotas: map[string]int{"provisioning-tasks-per-cluster": 1}})
	w.must(w.srv.Clock().SetSpeed(0))
	w.serviceOnInstances(ecs.CreateServiceInput{DesiredCount: aws.Int32(2), CapacityProviderStrategy: w.managedScaling()})
	w.eventually("a task has no place to wait", func() bool {
		w.advance(time.Second)
		s := w.service("web")
		return len(s.Events) > 0 && strings.Contains(*s.Events[0].Message, "provisioning capacity limit")
	})
	w.expectWhy("web", wanted{why.Quota, []string{
		"Service web was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.",
	}, "a higher --quota"})
	list, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{})
	w.must(err)
	w.eventually("an instance is on its way", func() bool {
		w.advance(5 * time.Second)
		r, err := w.srv.Why(list.TaskArns[0])
		return err == nil && len(r.Answers) > 0 && r.Answers[0].Cause == string(why.InstanceLaunching)
	})
	w.expectWhy(list.TaskArns[0], wanted{why.InstanceLaunching, []string{
		" waits since ", " for a container instance of capacity provider machines: instance i-", " (t3.small) has been on its way since ",
	}, "Wait for it"})
}

// TestAStepOfAShiftIsNamed has traffic shift step by step: the answer says how much of it goes where, and until when.
func TestAStepOfAShiftIsNamed(t *testing.T) {
	t.Parallel()
	for strategy, c := range map[types.DeploymentStrategy]struct {
		configuration types.DeploymentConfiguration
		says          string
	}{
		types.DeploymentStrategyLinear: {types.DeploymentConfiguration{
			LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(25), StepBakeTimeInMinutes: aws.Int32(10)},
		}, ": 25 % of the requests go to web:2 until "},
		types.DeploymentStrategyCanary: {types.DeploymentConfiguration{
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(7.5), CanaryBakeTimeInMinutes: aws.Int32(10)},
		}, ": 7.5 % of the requests go to web:2 until "},
	} {
		t.Run(string(strategy), func(t *testing.T) {
			w := start(t)
			c.configuration.Strategy = strategy
			_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
				ServiceName: aws.String("web"), TaskDefinition: w.registerServing(), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
				NetworkConfiguration: network(), LoadBalancers: w.twoGroups(), DeploymentConfiguration: &c.configuration,
			})
			w.must(err)
			w.untilServed("web", 1)
			began := w.deploysAgain(w.registerServing())
			w.eventually("traffic shifts", func() bool {
				w.must(w.srv.Clock().Advance(5 * time.Second))
				return w.shiftSince(began).LifecycleStage == types.ServiceDeploymentLifecycleStageProductionTrafficShift
			})
			w.must(w.srv.Clock().Advance(5 * time.Second))
			w.expectWhy("web", wanted{why.BakeTime, []string{"The deployment of web:2 to service web is at PRODUCTION_TRAFFIC_SHIFT since ", c.says}, "advance the clock"})
		})
	}
}

func (w *world) alarm(name string) *cloudwatch.Client {
	w.Helper()
	client := cloudwatch.NewFromConfig(w.srv.Config())
	_, err := client.PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("shop"), MetricName: aws.String("Errors"), Statistic: cwtypes.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
	})
	w.must(err)
	return client
}

func (w *world) rings(client *cloudwatch.Client, name string) {
	w.Helper()
	_, err := client.SetAlarmState(w.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("test")})
	w.must(err)
}

// TestAnAlarmThatRollsBackIsNamed of the service, and of a task that the rollback stops.
func TestAnAlarmThatRollsBackIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := w.alarm("errors")
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web", "sleep", "86400")), DesiredCount: aws.Int32(1),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		DeploymentConfiguration: &types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{AlarmNames: []string{"errors"}, Enable: true, Rollback: true}},
	})
	w.must(err)
	w.untilServed("web", 1)
	first := *w.running()[0].TaskArn
	w.update(&ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web", "sleep", "86400"))})
	w.eventually("both tasks run", func() bool { return w.service("web").RunningCount == 2 })
	w.rings(client, "errors")
	task := ""
	w.eventually("a task of the new revision has stopped", func() bool {
		w.must(w.srv.Clock().Advance(time.Second))
		list, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{Family: aws.String("web"), DesiredStatus: types.DesiredStatusStopped})
		w.must(err)
		for _, arn := range list.TaskArns {
			if d := w.task(arn); strings.HasSuffix(*d.TaskDefinitionArn, "web:2") && *d.LastStatus == "STOPPED" {
				task = arn
			}
		}
		return task != ""
	})
	w.expectCauses(task, wanted{why.Replaced, []string{"its deployment of web:2 was rolled back at "}, ""})
	w.expectWhy(task, wanted{why.AlarmRollback, []string{"The deployment of web:2 to service web was rolled back at ", ": alarm errors went into ALARM."}, ""})
	w.expectWhy("web", wanted{why.AlarmRollback, []string{"The deployment of web:2 to service web ", " rolled back to web:1 ", ": alarm errors went into ALARM."}, "See what the alarm measures"})

	w.eventually("the service has gone back to a new task", func() bool {
		w.advance(5 * time.Second)
		return *w.task(first).LastStatus == "STOPPED"
	})
	w.expectCauses(first, wanted{why.Replaced, []string{"the deployment of web:2, which came after its own, was rolled back to new tasks of web:1 at "}, ""})
}
