package consolepages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Each action acts in each mode of --iam. Draining and the stop of a deployment ask first, and the others do not.
func TestEachActionInEachMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []emulator.AccessMode{emulator.AccessOff, emulator.AccessLog, emulator.AccessEnforce} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			w := newPausedWorld(t, mode)
			instance, task, web, api := w.instance(), w.task(), w.deployment("web"), w.deployment("api")
			taskPage, instancePage := "/tasks/shop/"+last(*task.TaskArn), "/instances/shop/"+last(*instance.ContainerInstanceArn)
			began := w.srv.Clock().Now()
			for _, c := range []struct {
				path, action string
				fields       url.Values
				asks         bool
				is           func() any
				want         any
			}{
				{instancePage, "UpdateContainerInstancesState", url.Values{"status": {"DRAINING"}}, true, func() any { return *w.instance().Status }, "DRAINING"},
				{instancePage, "UpdateContainerInstancesState", url.Values{"status": {"ACTIVE"}}, false, func() any { return *w.instance().Status }, "ACTIVE"},
				{taskPage, "UpdateTaskProtection", url.Values{"protectionEnabled": {"true"}, "expiresInMinutes": {"600"}}, false, w.protected, true},
				{taskPage, "UpdateTaskProtection", url.Values{"protectionEnabled": {"false"}}, false, w.protected, false},
				{"/services/shop/web", "ContinueServiceDeployment", url.Values{
					"serviceDeploymentArn": {*web.ServiceDeploymentArn}, "hookId": {*web.LifecycleHookDetails[0].HookId}, "hookAction": {"CONTINUE"},
				}, false, func() any { return w.deployment("web").LifecycleHookDetails[0].Status }, types.DeploymentLifecycleHookStatusSucceeded},
				{"/services/shop/api", "StopServiceDeployment", url.Values{
					"serviceDeploymentArn": {*api.ServiceDeploymentArn}, "stopType": {"ABORT"},
				}, true, func() any { return strings.HasPrefix(string(w.deployment("api").Status), "STOP") }, true},
				{"/faults", "addFault", url.Values{"kind": {"pull"}, "image": {"shop/*"}}, false, func() any { return len(w.srv.Faults().List()) }, 1},
				{"/faults", "clearFaults", url.Values{"id": {"1"}}, false, func() any { return len(w.srv.Faults().List()) }, 0},
				{"/clock", "advance", url.Values{"advance": {"2h"}}, false, func() any { return w.srv.Clock().Now().Sub(began) >= 2*time.Hour }, true},
				{"/clock", "setSpeed", url.Values{"speed": {"60"}}, false, func() any { return strings.Contains(w.shows("/clock", ok), "60 seconds pass in a real one.") }, true},
			} {
				if c.asks {
					before := c.is()
					w.posts(c.path, c.action, ok, c.fields, `name="confirmed" value="yes"`)
					if is := c.is(); is != before {
						t.Errorf("%s does not wait for a yes: %v, then %v", c.action, before, is)
					}
					c.fields.Set("confirmed", "yes")
				}
				w.posts(c.path, c.action, seeOther, c.fields)
				if is := c.is(); is != c.want {
					t.Errorf("%s %v: %v, want %v", c.action, c.fields, is, c.want)
				}
			}
			if body := w.shows("/access", ok); strings.Contains(body, "ecs:Update") || strings.Contains(body, "ecs:Stop") || strings.Contains(body, "ecs:Continue") {
				t.Errorf("an action was refused: %s", main(body))
			}
		})
	}
}

// newPausedWorld is a cluster with a container instance, and with a service whose deployment waits for a hook.
func newPausedWorld(t *testing.T, mode emulator.AccessMode) *world {
	t.Helper()
	srv := emulator.Start(t, emulator.Options{IAM: mode, UnknownRoles: true, Speed: 100})
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	ctx, shop := t.Context(), aws.String("shop")
	_, err := w.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: shop})
	w.must(err)
	_, err = srv.AddInstances(ctx, emulator.Instances{Cluster: "shop"})
	w.must(err)
	_, err = w.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("shop/web:1")}},
	})
	w.must(err)
	for _, service := range []string{"web", "api"} {
		_, err = w.ecs.CreateService(ctx, &ecs.CreateServiceInput{
			Cluster: shop, ServiceName: &service, TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: srv.Subnets()[:1]}},
			DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, LifecycleHooks: []types.DeploymentLifecycleHook{
				{TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePostScaleUp}},
			}},
		})
		w.must(err)
	}
	for end := time.Now().Add(time.Minute); !w.waits("web") || !w.waits("api"); {
		if time.Now().After(end) {
			t.Fatalf("no hook waits: %+v, %+v", w.deployment("web"), w.deployment("api"))
		}
	}
	return w
}

// waits reports whether the deployment of a service waits for a decision.
func (w *world) waits(service string) bool {
	w.Helper()
	hooks := w.deployment(service).LifecycleHookDetails
	return len(hooks) == 1 && hooks[0].Status == types.DeploymentLifecycleHookStatusAwaitingAction
}

func last(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (w *world) instance() types.ContainerInstance {
	w.Helper()
	list, err := w.ecs.ListContainerInstances(w.Context(), &ecs.ListContainerInstancesInput{Cluster: aws.String("shop")})
	w.must(err)
	out, err := w.ecs.DescribeContainerInstances(w.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("shop"), ContainerInstances: list.ContainerInstanceArns})
	w.must(err)
	return out.ContainerInstances[0]
}

// task is the first one of the service.
func (w *world) task() types.Task {
	w.Helper()
	list, err := w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), ServiceName: aws.String("web")})
	w.must(err)
	out, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: list.TaskArns[:1]})
	w.must(err)
	return out.Tasks[0]
}

func (w *world) protected() any {
	w.Helper()
	out, err := w.ecs.GetTaskProtection(w.Context(), &ecs.GetTaskProtectionInput{Cluster: aws.String("shop"), Tasks: []string{*w.task().TaskArn}})
	w.must(err)
	return out.ProtectedTasks[0].ProtectionEnabled
}

func (w *world) deployment(service string) types.ServiceDeployment {
	w.Helper()
	list, err := w.ecs.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Cluster: aws.String("shop"), Service: &service})
	w.must(err)
	out, err := w.ecs.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{*list.ServiceDeployments[0].ServiceDeploymentArn}})
	w.must(err)
	return out.ServiceDeployments[0]
}
