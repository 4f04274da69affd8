package emulator_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// victim is a service of which a deployment is held at a stage, while a user deletes something that it names.
type victim struct {
	*world
	name, stage, what string
	route             route
	network           types.AwsVpcConfiguration
	definition        string
	holds             atomic.Bool // the hook says that it has not decided
}

// deletedAt are where deployments are held. A rolling one waits for the health checks of its targets.
var deletedAt = []string{
	"PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT",
	"POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP", "back TEST_TRAFFIC_SHIFT", "back PRODUCTION_TRAFFIC_SHIFT", "ROLLING",
}

// At each stage, on the way and back, and in a rolling update, a user deletes each thing that a service names, or is
// refused to. Then the desired count is followed, a stopped task is replaced, and within the hour the deployment has
// ended and another one, with what is there, succeeds. Without all tests, each thing is deleted at some stages.
func TestAServiceGoesOnWithoutWhatAUserDeletes(t *testing.T) {
	t.Parallel()
	for i, what := range slices.Sorted(maps.Keys(deleteThing)) {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			w.must(w.srv.Clock().SetSpeed(0))
			var all []*victim
			for j, stage := range deletedAt {
				if !testing.Short() || (i+j)%5 == 0 {
					all = append(all, w.newVictim(stage, what))
				}
			}
			for _, step := range []struct {
				do   func(v *victim)
				pass time.Duration
			}{
				{(*victim).create, 10 * time.Minute},
				{(*victim).update, 3 * time.Minute},
				{(*victim).turnBack, time.Minute},
				{(*victim).delete, 0},
				{(*victim).disturb, time.Hour},
				{(*victim).expectFollowed, 0},
				{(*victim).repair, time.Hour},
				{(*victim).expectRepaired, 0},
			} {
				for _, v := range all {
					step.do(v)
				}
				w.must(w.srv.Clock().Advance(step.pass))
			}
		})
	}
}

func (w *world) newVictim(stage, what string) *victim {
	name := strings.ToLower(strings.NewReplacer("_TRAFFIC_SHIFT", "", "_", "-", " ", "-").Replace(stage))
	return &victim{world: w, name: name, stage: stage, what: what, network: *network().AwsvpcConfiguration}
}

// hook is the function that holds the deployment.
func (v *victim) hook() string { return "arn:aws:lambda:us-east-1:000000000000:function:" + v.name }

func (v *victim) answer(context.Context, []byte) ([]byte, error) {
	if v.holds.Load() {
		return []byte(`{"hookStatus": "IN_PROGRESS", "callBackDelay": 60}`), nil
	}
	return []byte(`{"hookStatus": "SUCCEEDED"}`), nil
}

func (v *victim) rolls() bool { return v.stage == "ROLLING" }

func (v *victim) stageBack() (stage string, back bool) { return strings.CutPrefix(v.stage, "back ") }

// create makes the service. All that it names is its own.
func (v *victim) create() {
	v.Helper()
	v.route = v.newRoute(v.name)
	v.definition = v.registerServingAs(v.name)
	v.srv.OnHook(v.hook(), v.answer)
	in := &ecs.CreateServiceInput{
		ServiceName: &v.name, TaskDefinition: &v.definition, DesiredCount: aws.Int32(2), LoadBalancers: v.balancers(),
		DeploymentConfiguration: v.configuration(0), LaunchType: types.LaunchTypeFargate,
	}
	v.prepare(in)
	in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &v.network}
	_, err := v.client.CreateService(v.Context(), in)
	v.must(err)
}

func (v *victim) configuration(bake int32) *types.DeploymentConfiguration {
	if v.rolls() {
		return &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling, MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100)}
	}
	return &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: &bake, LifecycleHooks: []types.DeploymentLifecycleHook{}}
}

// update begins the deployment that is held.
func (v *victim) update() {
	v.Helper()
	v.expectRepaired()
	stage, back := v.stageBack()
	c := v.configuration(0)
	switch {
	case v.rolls():
	case stage == "CLEAN_UP":
		_, err := v.client.UpdateTaskProtection(v.Context(), &ecs.UpdateTaskProtectionInput{
			Cluster: aws.String("default"), Tasks: v.tasksOf()[:1], ProtectionEnabled: true, ExpiresInMinutes: aws.Int32(30),
		})
		v.must(err)
	case stage == "BAKE_TIME" || back:
		c.BakeTimeInMinutes = aws.Int32(20)
	}
	if !v.rolls() && (back || stage != "BAKE_TIME" && stage != "CLEAN_UP") {
		v.holds.Store(!back)
		c.LifecycleHooks = []types.DeploymentLifecycleHook{{
			HookTargetArn: aws.String(v.hook()), RoleArn: aws.String(hookRole), LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStage(stage)},
		}}
	}
	if v.what == "alarm" {
		c.Alarms = &types.DeploymentAlarms{Enable: true, Rollback: true, AlarmNames: []string{v.name}}
	}
	if v.rolls() {
		return // see delete
	}
	v.deployWith(&ecs.UpdateServiceInput{DeploymentConfiguration: c})
}

func (v *victim) deployWith(in *ecs.UpdateServiceInput) {
	v.Helper()
	in.Service, in.ForceNewDeployment = &v.name, true
	_, err := v.client.UpdateService(v.Context(), in)
	v.must(err)
}

func (v *victim) turnBack() {
	v.Helper()
	if _, back := v.stageBack(); back {
		v.holds.Store(true)
		_, err := v.client.StopServiceDeployment(v.Context(), &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: v.latest().ServiceDeploymentArn})
		v.must(err)
	}
}

// delete has the user delete it, at the stage where the deployment is to be.
func (v *victim) delete() {
	v.Helper()
	if v.rolls() {
		v.deployWith(&ecs.UpdateServiceInput{})
	} else if stage, _ := v.stageBack(); string(v.latest().LifecycleStage) != stage {
		v.Fatalf("%s: it is %s at %s: %s", v.name, v.latest().Status, v.latest().LifecycleStage, aws.ToString(v.latest().StatusReason))
	}
	deleteThing[v.what](v)
}

// disturb asks for more tasks, stops one, and lets hooks decide.
func (v *victim) disturb() {
	v.Helper()
	_, err := v.client.UpdateService(v.Context(), &ecs.UpdateServiceInput{Service: &v.name, DesiredCount: aws.Int32(3)})
	v.must(err)
	_, err = v.client.StopTask(v.Context(), &ecs.StopTaskInput{Task: &v.tasksOf()[0]})
	v.must(err)
	v.holds.Store(false)
}

// expectFollowed wants all tasks to run that are wanted, and a deployment that shifts traffic to have ended.
func (v *victim) expectFollowed() {
	v.Helper()
	s := v.service(v.name)
	at := slices.IndexFunc(s.Deployments, func(d types.Deployment) bool { return d.DesiredCount == 3 })
	short := slices.ContainsFunc(s.Deployments, func(d types.Deployment) bool { return d.RunningCount < d.DesiredCount })
	if at < 0 || short {
		v.Errorf("%s: not all tasks run: %s", v.name, shown(s))
	}
	if last := v.latest(); !v.rolls() && last.FinishedAt == nil && last.StoppedAt == nil {
		v.Errorf("%s: after an hour it is %s at %s", v.name, last.Status, last.LifecycleStage)
	}
}

// repair deploys with what is there.
func (v *victim) repair() {
	v.Helper()
	v.route, v.network = v.newRoute("new-"+v.name), *network().AwsvpcConfiguration
	v.definition = v.registerServingAs(v.name)
	c := v.configuration(0)
	c.Alarms = &types.DeploymentAlarms{AlarmNames: []string{}}
	v.deployWith(&ecs.UpdateServiceInput{
		TaskDefinition: &v.definition, LoadBalancers: v.balancers(), DeploymentConfiguration: c,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &v.network},
	})
}

// expectRepaired wants the newest deployment to have succeeded, and its tasks alone to run.
func (v *victim) expectRepaired() {
	v.Helper()
	s, last := v.service(v.name), v.latest()
	if last.Status != types.ServiceDeploymentStatusSuccessful || len(s.Deployments) != 1 || s.RunningCount != s.DesiredCount {
		v.Errorf("%s: it is %s at %s: %s; %s", v.name, last.Status, last.LifecycleStage, aws.ToString(last.StatusReason), shown(s))
	}
}

// latest is the newest service deployment.
func (v *victim) latest() types.ServiceDeployment {
	v.Helper()
	list, err := v.client.ListServiceDeployments(v.Context(), &ecs.ListServiceDeploymentsInput{Service: &v.name})
	v.must(err)
	out, err := v.client.DescribeServiceDeployments(v.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*list.ServiceDeployments[0].ServiceDeploymentArn},
	})
	v.must(err)
	return out.ServiceDeployments[0]
}

func (v *victim) tasksOf() []string {
	v.Helper()
	list, err := v.client.ListTasks(v.Context(), &ecs.ListTasksInput{ServiceName: &v.name})
	v.must(err)
	return list.TaskArns
}

// allow wants an error, if there is one, to be one of AWS's for callers.
func (v *victim) allow(err error) {
	v.Helper()
	var api smithy.APIError
	if err != nil && (!errors.As(err, &api) || api.ErrorFault() == smithy.FaultServer) {
		v.Fatalf("%s: %v", v.name, err)
	}
}
