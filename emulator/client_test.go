package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The tests of this file call ECS as deployment tools do, with the members that they send
// and by the answers that they go by. Source: the tools' public code.

// waiting bounds how long an SDK's waiter waits in these tests.
const waiting = 2 * time.Minute

func (w *world) untilStable(service string) {
	w.Helper()
	waiter := ecs.NewServicesStableWaiter(w.client, func(o *ecs.ServicesStableWaiterOptions) { o.MinDelay = time.Millisecond })
	w.must(waiter.Wait(w.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("default"), Services: []string{service}}, waiting))
}

// missing tells whether DescribeServices answers the failure by which tools know that
// they have to make a service.
func (w *world) missing(service string) bool {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String("default"), Services: []string{service}, Include: []types.ServiceField{types.ServiceFieldTags},
	})
	w.must(err)
	return len(out.Services) == 0 && len(out.Failures) == 1 && *out.Failures[0].Reason == "MISSING"
}

func TestEcspresso(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 100}) // so that updates take no minute
	if !w.missing("web") {
		t.Fatal("the service is there")
	}
	first, second := w.register("web", "app"), w.register("web", "app")
	tags := []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("default"), ServiceName: aws.String("web"), TaskDefinition: &first, DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), Tags: tags,
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
			MaximumPercent:           aws.Int32(200), MinimumHealthyPercent: aws.Int32(100),
		},
	})
	w.must(err)
	w.untilStable("web")

	w.ecspressoInit(tags)
	w.ecspressoDeploy(second)
	w.ecspressoRollback(second, first)
}

// ecspressoInit reads what its files are written from.
func (w *world) ecspressoInit(tags []types.Tag) {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String("default"), Services: []string{"web"}, Include: []types.ServiceField{types.ServiceFieldTags},
	})
	w.must(err)
	if got := out.Services[0].Tags; len(got) != 1 || *got[0].Key != *tags[0].Key {
		w.Errorf("tags %+v", got)
	}
	definition, err := w.client.DescribeTaskDefinition(w.Context(), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: out.Services[0].TaskDefinition, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	w.must(err)
	if definition.TaskDefinition.Status != types.TaskDefinitionStatusActive {
		w.Errorf("definition %+v", definition.TaskDefinition)
	}
}

// ecspressoDeploy sends the whole service back, with empty lists for what it does not have.
func (w *world) ecspressoDeploy(definition string) {
	w.Helper()
	began, s := w.srv.Clock().Now(), w.service("web")
	_, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("default"), Service: aws.String("web"), TaskDefinition: &definition, DesiredCount: aws.Int32(2),
		AvailabilityZoneRebalancing: s.AvailabilityZoneRebalancing, CapacityProviderStrategy: s.CapacityProviderStrategy,
		DeploymentConfiguration: s.DeploymentConfiguration, EnableECSManagedTags: &s.EnableECSManagedTags, EnableExecuteCommand: &s.EnableExecuteCommand,
		HealthCheckGracePeriodSeconds: s.HealthCheckGracePeriodSeconds, LoadBalancers: []types.LoadBalancer{},
		NetworkConfiguration: s.NetworkConfiguration, PlacementConstraints: s.PlacementConstraints, PlacementStrategy: s.PlacementStrategy,
		PlatformVersion: s.PlatformVersion, PropagateTags: s.PropagateTags, ServiceRegistries: s.ServiceRegistries,
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{Enabled: false},
		VolumeConfigurations:        []types.ServiceVolumeConfiguration{}, VpcLatticeConfigurations: []types.VpcLatticeConfiguration{},
	})
	w.must(err)
	id := w.deploymentSince(began)
	w.eventually("the service deployment succeeds", func() bool {
		out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{id}})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Minute))
		return out.ServiceDeployments[0].Status == types.ServiceDeploymentStatusSuccessful
	})
	w.untilStable("web")
	if s := w.service("web"); *s.Deployments[0].TaskDefinition != definition {
		w.Errorf("the PRIMARY deployment is of %s", *s.Deployments[0].TaskDefinition)
	}
}

// deploymentSince finds the service deployment to wait for. The tool asks for those in
// progress; here it may have ended meanwhile, as the clock is fast.
func (w *world) deploymentSince(began time.Time) (id string) {
	w.Helper()
	w.eventually("a service deployment is in progress", func() bool {
		out, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{
			Cluster: aws.String("default"), Service: aws.String("web"),
			Status: []types.ServiceDeploymentStatus{types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusSuccessful},
		})
		w.must(err)
		for _, d := range out.ServiceDeployments {
			if d.CreatedAt.After(began) {
				id = *d.ServiceDeploymentArn
			}
		}
		return id != ""
	})
	return id
}

// ecspressoRollback goes back to the revision before the present one, which it deregisters.
func (w *world) ecspressoRollback(from, to string) {
	w.Helper()
	list, err := w.client.ListTaskDefinitions(w.Context(), &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String("web"), MaxResults: aws.Int32(100), Sort: types.SortOrderDesc,
	})
	w.must(err)
	if at := slices.Index(list.TaskDefinitionArns, from); at < 0 || list.TaskDefinitionArns[at+1] != to {
		w.Fatalf("revisions %q", list.TaskDefinitionArns)
	}
	_, err = w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{Cluster: aws.String("default"), Service: aws.String("web"), TaskDefinition: &to})
	w.must(err)
	w.untilStable("web")
	out, err := w.client.DeregisterTaskDefinition(w.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &from})
	w.must(err)
	if s := w.service("web"); out.TaskDefinition.Status != types.TaskDefinitionStatusInactive || *s.TaskDefinition != to {
		w.Errorf("%s is %s, the service runs %s", from, out.TaskDefinition.Status, *s.TaskDefinition)
	}
}

func TestGitHubDeployAction(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 100}) // so that updates take no minute
	w.createService("web", w.register("web", "app"), 1)
	w.untilStable("web")

	// The definition comes from DescribeTaskDefinition, without what registration does not
	// take and without what is empty.
	described, err := w.client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")})
	w.must(err)
	d := described.TaskDefinition
	registered, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, NetworkMode: d.NetworkMode, RequiresCompatibilities: d.RequiresCompatibilities, Cpu: d.Cpu, Memory: d.Memory,
		ContainerDefinitions: d.ContainerDefinitions,
	})
	w.must(err)
	arn := registered.TaskDefinition.TaskDefinitionArn
	_, err = w.client.TagResource(t.Context(), &ecs.TagResourceInput{
		ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("commit"), Value: aws.String("0123abc")}},
	})
	w.must(err)

	out, err := w.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("default"), Services: []string{"web"}})
	w.must(err)
	s := out.Services[0]
	if len(out.Failures) > 0 || *s.Status != "ACTIVE" || s.DeploymentController != nil && s.DeploymentController.Type != types.DeploymentControllerTypeEcs {
		t.Fatalf("the action does not deploy to %+v", s)
	}
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("default"), Service: aws.String("web"), TaskDefinition: arn, ForceNewDeployment: false,
	})
	w.must(err)
	w.untilStable("web")
	if s := w.service("web"); *s.TaskDefinition != *arn || len(s.Deployments) != 1 {
		t.Errorf("%s in %d deployments", *s.TaskDefinition, len(s.Deployments))
	}
}

// TestGitHubDeployActionRunsATask is its option run-task.
func TestGitHubDeployActionRunsATask(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 100}) // so that updates take no minute
	out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
		Cluster: aws.String("default"), TaskDefinition: aws.String(w.register("job", "app", "exit", "0")), StartedBy: aws.String("GitHub-Actions"),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}},
		NetworkConfiguration:     network(), Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{}},
	})
	w.must(err)
	tasks := []string{*out.Tasks[0].TaskArn}
	waiter := ecs.NewTasksStoppedWaiter(w.client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay = time.Millisecond })
	stopped, err := waiter.WaitForOutput(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("default"), Tasks: tasks}, waiting)
	w.must(err)
	if c := stopped.Tasks[0].Containers[0]; aws.ToInt32(c.ExitCode) != 0 || c.ExitCode == nil || *stopped.Tasks[0].StartedBy != "GitHub-Actions" {
		t.Errorf("got %+v", stopped.Tasks[0])
	}
}

// TestCDKHotswap updates a service by ARN without healthy tasks to keep, and waits as the
// CDK's own waiter does: until the PRIMARY deployment has its tasks and no other is left.
func TestCDKHotswap(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 100}) // so that updates take no minute
	w.createService("web", w.register("web", "app"), 2)
	w.untilStable("web")
	second, arn := w.register("web", "app"), w.service("web").ServiceArn
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: arn, Cluster: aws.String("default"), TaskDefinition: &second, ForceNewDeployment: true,
		DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(0)},
	})
	w.must(err)
	w.eventually("the deployment is done", func() bool {
		out, err := w.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("default"), Services: []string{*arn}})
		w.must(err)
		s := out.Services[0]
		if *s.Status != "ACTIVE" || len(out.Failures) > 0 {
			t.Fatalf("the waiter gives up at %+v", out)
		}
		return len(s.Deployments) == 1 && *s.Deployments[0].TaskDefinition == second && s.Deployments[0].RunningCount == s.Deployments[0].DesiredCount
	})
}

func TestCopilot(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 100}) // so that updates take no minute
	clusters, err := w.client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
	w.must(err)
	if len(clusters.Clusters) != 1 || !strings.HasSuffix(*clusters.Clusters[0].ClusterArn, ":cluster/default") {
		t.Fatalf("got %+v", clusters.Clusters)
	}
	cluster := clusters.Clusters[0].ClusterArn
	vpc := network()
	vpc.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
	w.register("task", "app")
	run, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
		Cluster: cluster, Count: aws.Int32(2), LaunchType: types.LaunchTypeFargate, StartedBy: aws.String("copilot-task"),
		TaskDefinition: aws.String("task"), NetworkConfiguration: vpc, PropagateTags: types.PropagateTagsTaskDefinition,
	})
	w.must(err)
	var arns []string
	for _, task := range run.Tasks {
		arns = append(arns, *task.TaskArn)
	}
	waiter := ecs.NewTasksRunningWaiter(w.client, func(o *ecs.TasksRunningWaiterOptions) { o.MinDelay = time.Millisecond })
	w.must(waiter.Wait(t.Context(), &ecs.DescribeTasksInput{Cluster: cluster, Tasks: arns}, waiting))

	// Of a service it lists those by the service, of a task group those by the family.
	w.createService("web", w.register("web", "app"), 1)
	w.untilStable("web")
	for _, in := range []ecs.ListTasksInput{
		{Cluster: cluster, ServiceName: aws.String("web")},
		{Cluster: cluster, Family: aws.String("web"), DesiredStatus: types.DesiredStatusRunning},
	} {
		list, err := w.client.ListTasks(t.Context(), &in)
		w.must(err)
		if len(list.TaskArns) != 1 || slices.Contains(arns, list.TaskArns[0]) {
			t.Errorf("got %q", list.TaskArns)
		}
	}

	for _, arn := range arns {
		_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: cluster, Task: &arn, Reason: aws.String("Task stopped because the user said so")})
		w.must(err)
	}
	stopped := ecs.NewTasksStoppedWaiter(w.client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay = time.Millisecond })
	w.must(stopped.Wait(t.Context(), &ecs.DescribeTasksInput{Cluster: cluster, Tasks: arns}, waiting))
	_, err = w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Cluster: cluster, Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	inactive := ecs.NewServicesInactiveWaiter(w.client, func(o *ecs.ServicesInactiveWaiterOptions) { o.MinDelay = time.Millisecond })
	w.must(inactive.Wait(t.Context(), &ecs.DescribeServicesInput{Cluster: cluster, Services: []string{"web"}}, waiting))
}
