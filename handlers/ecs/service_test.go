package ecs_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// serviceInput asks for a Fargate service of two tasks.
func serviceInput(name, family string) *sdk.CreateServiceInput {
	return &sdk.CreateServiceInput{
		ServiceName: &name, TaskDefinition: &family, DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc(subnetA),
	}
}

func (s *server) create(t testing.TB, in *sdk.CreateServiceInput) *types.Service {
	t.Helper()
	return must[*sdk.CreateServiceOutput](t)(s.CreateService(ctx, in)).Service
}

func (s *server) describe(t testing.TB, name string, include ...types.ServiceField) types.Service {
	t.Helper()
	out := must[*sdk.DescribeServicesOutput](t)(s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: []string{name}, Include: include}))
	if len(out.Services) != 1 {
		t.Fatalf("services %v, failures %v", out.Services, out.Failures)
	}
	return out.Services[0]
}

// scheduler changes a service as the service scheduler would.
func (s *server) scheduler(t testing.TB, name string, change func(*state.Service)) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		service := state.FindService(tx, testScope.Service("default", name)).Clone()
		change(service)
		state.PutService(tx, service)
	})
}

// scheduleTasks starts n tasks of the primary deployment that are in lastStatus.
func (s *server) scheduleTasks(t testing.TB, name string, n int, lastStatus string) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		service := state.FindService(tx, testScope.Service("default", name))
		deployment := service.Primary()
		revision := deployment.Revision.TaskDefinition
		family, _, _ := strings.Cut(arn.Name(revision), ":")
		def := taskdefinition.Find(tx, testScope, family, 1).Definition()
		resolved, err := taskdef.ApplyOverrides(def, nil, ourtypes.LaunchTypeFargate)
		if err != nil {
			t.Fatal(err)
		}
		template := task.NewTemplate(task.Request{
			Cluster: state.Clusters.Get(tx, service.ClusterARN), Definition: def, Resolved: resolved,
			LaunchType: ourtypes.LaunchTypeFargate,
			ServiceARN: service.ARN, DeploymentID: deployment.ID, StartedBy: deployment.ID, Now: time.Now(),
		})
		for range n {
			started := template.New(state.Placement{})
			state.AddTask(tx, started)
			status := started.Status.Clone()
			status.LastStatus = lastStatus
			if err := state.PutTaskStatus(tx, started.ARN, state.TaskStep{Status: status, Announced: true}); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestServiceAnswersAsRecorded compares with the members of a recorded answer.
func TestServiceAnswersAsRecorded(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "ui")
	s.fargate(t, "ui")
	const (
		ecs     = "arn:aws:ecs:eu-west-1:123456789012:"
		network = `{"awsvpcConfiguration":{"subnets":["` + subnetA + `"],"securityGroups":[],"assignPublicIp":"DISABLED"}}`
	)
	service := func(desired int, definition, deployments, revisions string) string {
		return fmt.Sprintf(`{"service":{"serviceArn":"%[1]sservice/default/ui","serviceName":"ui","clusterArn":"%[1]scluster/default",
		 "loadBalancers":[],"serviceRegistries":[],"status":"ACTIVE","desiredCount":%[2]d,"runningCount":0,"pendingCount":0,
		 "launchType":"FARGATE","platformVersion":"LATEST","platformFamily":"Linux","taskDefinition":"%[1]stask-definition/%[3]s",
		 "deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":false,"rollback":false,
		   "resetOnHealthyTask":true,"thresholdConfiguration":{"type":"BOUNDED_PERCENT","value":50}},"maximumPercent":200,
		   "minimumHealthyPercent":100,"strategy":"ROLLING","bakeTimeInMinutes":0},
		 "deployments":[%[4]s],"currentServiceRevisions":[%[5]s],
		 "roleArn":"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
		 "events":[],"createdAt":0,"healthCheckGracePeriodSeconds":0,"placementConstraints":[],"placementStrategy":[],"networkConfiguration":%[6]s,
		 "schedulingStrategy":"REPLICA","deploymentController":{"type":"ECS"},"createdBy":"arn:aws:iam::123456789012:root",
		 "enableECSManagedTags":false,"propagateTags":"NONE","enableExecuteCommand":false,
		 "availabilityZoneRebalancing":"ENABLED","resourceManagementType":"CUSTOMER"}}`,
			ecs, desired, definition, deployments, revisions, network)
	}
	deployment := func(status, definition string) string {
		return `{"id":"ecs-svc/DIGITS","status":"` + status + `","taskDefinition":"` + ecs + `task-definition/` + definition + `",
		 "desiredCount":0,"pendingCount":0,"runningCount":0,"failedTasks":0,"createdAt":0,"updatedAt":0,"launchType":"FARGATE",
		 "platformVersion":"1.4.0","platformFamily":"Linux","networkConfiguration":` + network + `,
		 "rolloutState":"IN_PROGRESS","rolloutStateReason":"ECS deployment ecs-svc/DIGITS in progress."}`
	}
	const revision = `{"arn":"` + ecs + `service-revision/default/ui/DIGITS","requestedTaskCount":0,"runningTaskCount":0,"pendingTaskCount":0}`

	created := s.post(t, "CreateService", `{"serviceName":"ui","taskDefinition":"ui:1","desiredCount":2,"launchType":"FARGATE",
		"networkConfiguration":{"awsvpcConfiguration":{"subnets":["`+subnetA+`"]}}}`)
	sameJSON(t, created, service(2, "ui:1", deployment("PRIMARY", "ui:1"), revision))

	updated := s.post(t, "UpdateService", `{"service":"ui","taskDefinition":"ui","desiredCount":3}`)
	sameJSON(t, updated, service(3, "ui:2", deployment("PRIMARY", "ui:2")+","+deployment("ACTIVE", "ui:1"), revision+","+revision))

	sameJSON(t, s.post(t, "DescribeServices", `{"services":["nope"]}`),
		`{"services":[],"failures":[{"arn":"`+ecs+`service/default/nope","reason":"MISSING"}]}`)
}

// TestServiceShowsWhatTheSchedulerDid is about counts, events and status.
func TestServiceShowsWhatTheSchedulerDid(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	in := serviceInput("web", "web")
	in.Tags = tag("team", "shop")
	created := s.create(t, in)
	if len(created.Tags) != 1 || !regexp.MustCompile(`^ecs-svc/[0-9]{19}$`).MatchString(*created.Deployments[0].Id) {
		t.Errorf("created: tags %v, deployment %s", created.Tags, *created.Deployments[0].Id)
	}
	s.scheduler(t, "web", func(service *state.Service) {
		d := service.Primary()
		d.DesiredCount, d.RolloutState, d.RolloutStateReason = 2, ourtypes.DeploymentRolloutStateCompleted, "done"
	})
	s.scheduleTasks(t, "web", 2, state.Running)
	s.scheduleTasks(t, "web", 1, state.Pending)
	s.update(t, func(tx *store.Tx) {
		for _, message := range []string{"first", "second"} {
			state.AddServiceEvents(tx, *created.ServiceArn, ourtypes.ServiceEvent{Id: &message, Message: &message, CreatedAt: aws.Time(time.Now())})
		}
	})
	seen := s.describe(t, "web")
	if d := seen.Deployments[0]; seen.RunningCount != 2 || seen.PendingCount != 1 || d.RunningCount != 2 || d.PendingCount != 1 ||
		d.DesiredCount != 2 || d.RolloutState != "COMPLETED" {
		t.Errorf("service %d/%d, deployment %+v", seen.RunningCount, seen.PendingCount, d)
	}
	if r := seen.CurrentServiceRevisions[0]; r.RequestedTaskCount != 2 || r.RunningTaskCount != 2 || r.PendingTaskCount != 1 {
		t.Errorf("revision %+v", r)
	}
	if len(seen.Events) != 2 || *seen.Events[0].Message != "second" {
		t.Errorf("events %v", seen.Events)
	}
	if len(seen.Tags) != 0 || len(s.describe(t, "web", types.ServiceFieldTags).Tags) != 1 {
		t.Error("tags are shown only where asked for")
	}
	byService := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{ServiceName: created.ServiceArn}))
	byDeployment := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{StartedBy: created.Deployments[0].Id}))
	if len(byService.TaskArns) != 3 || !slices.Equal(byService.TaskArns, byDeployment.TaskArns) {
		t.Errorf("by service %v, by deployment %v", byService.TaskArns, byDeployment.TaskArns)
	}
}

// TestServiceFromCreationToANewLife deletes a service and uses its name again.
func TestServiceFromCreationToANewLife(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	created := s.create(t, serviceInput("web", "web"))
	_, err := s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("web")})
	refused(t, err, "InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")

	for range 2 { // the second call finds it DRAINING and changes nothing
		gone := must[*sdk.DeleteServiceOutput](t)(s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: created.ServiceArn, Force: aws.Bool(true)})).Service
		if *gone.Status != "DRAINING" || gone.DesiredCount != 0 || len(gone.Deployments) != 1 {
			t.Errorf("deleted: %s, desired %d, %d deployments", *gone.Status, gone.DesiredCount, len(gone.Deployments))
		}
	}
	_, err = s.CreateService(ctx, serviceInput("web", "web"))
	refused(t, err, "InvalidParameterException", "Unable to Start a service that is still Draining.")
	_, err = s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web")})
	refused(t, err, "ServiceNotActiveException", "Service was not ACTIVE.")
	if list := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{})); len(list.ServiceArns) != 0 {
		t.Errorf("a draining service is listed: %v", list.ServiceArns)
	}

	s.update(t, func(tx *store.Tx) {
		state.AddServiceEvents(tx, *created.ServiceArn, ourtypes.ServiceEvent{Message: aws.String("old")})
	})
	s.scheduler(t, "web", func(service *state.Service) { service.InactiveAt = time.Now() })
	if seen := s.describe(t, "web"); *seen.Status != "INACTIVE" || len(seen.Deployments) != 1 || len(seen.Events) != 0 {
		t.Errorf("inactive: %s with %d deployments and %d events", *seen.Status, len(seen.Deployments), len(seen.Events))
	}
	_, err = s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("web")})
	refused(t, err, "ServiceNotActiveException", "Service was not ACTIVE.")

	again := s.create(t, serviceInput("web", "web"))
	if *again.ServiceArn != *created.ServiceArn || *again.Status != "ACTIVE" || len(again.Events) != 0 ||
		*again.Deployments[0].Id == *created.Deployments[0].Id {
		t.Errorf("a new life: %+v", again)
	}
}

func TestCreateServiceIsIdempotent(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	first := s.create(t, serviceInput("web", "web"))
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(5)}))
	same := serviceInput("web", "web:1") // the same in other words
	same.Cluster, same.SchedulingStrategy, same.PropagateTags = aws.String("default"), "REPLICA", "NONE"
	same.DeploymentConfiguration = &types.DeploymentConfiguration{MaximumPercent: aws.Int32(200)}
	if again := s.create(t, same); *again.Deployments[0].Id != *first.Deployments[0].Id || again.DesiredCount != 5 {
		t.Errorf("repeated: %+v", again)
	}
	other := serviceInput("web", "web")
	other.DesiredCount = aws.Int32(3)
	_, err := s.CreateService(ctx, other)
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")

	token := serviceInput("web", "web")
	token.ClientToken = aws.String("t1") // the first call had none
	_, err = s.CreateService(ctx, token)
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")
}

// TestWhatMakesADeployment changes one parameter after the other.
func TestWhatMakesADeployment(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, serviceInput("web", "web"))
	s.fargate(t, "web")
	spot := strategy(provider("FARGATE_SPOT", 1, 0))
	for _, step := range []struct {
		name   string
		in     sdk.UpdateServiceInput
		deploy bool
	}{
		{"nothing", sdk.UpdateServiceInput{}, false},
		{"the greatest count", sdk.UpdateServiceInput{DesiredCount: aws.Int32(5000)}, false},
		{"desired count", sdk.UpdateServiceInput{DesiredCount: aws.Int32(4)}, false},
		{"percentages", sdk.UpdateServiceInput{DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50)}}, false},
		{"tags of tasks", sdk.UpdateServiceInput{PropagateTags: "SERVICE", EnableECSManagedTags: aws.Bool(true)}, false},
		{"the same definition", sdk.UpdateServiceInput{TaskDefinition: aws.String("web:1")}, false},
		{"the same network", sdk.UpdateServiceInput{NetworkConfiguration: awsvpc(subnetA)}, false},
		{"the same platform", sdk.UpdateServiceInput{PlatformVersion: aws.String("LATEST")}, false},
		{"empty lists", sdk.UpdateServiceInput{LoadBalancers: []types.LoadBalancer{}, ServiceRegistries: []types.ServiceRegistry{},
			ServiceConnectConfiguration: &types.ServiceConnectConfiguration{}}, false},
		{"the latest definition", sdk.UpdateServiceInput{TaskDefinition: aws.String("web")}, true},
		{"network", sdk.UpdateServiceInput{NetworkConfiguration: awsvpc(subnetB, subnetA)}, true},
		{"network in another order", sdk.UpdateServiceInput{NetworkConfiguration: awsvpc(subnetA, subnetB)}, false},
		{"platform", sdk.UpdateServiceInput{PlatformVersion: aws.String("1.4.0")}, true},
		{"force", sdk.UpdateServiceInput{ForceNewDeployment: true}, true},
		{"strategy", sdk.UpdateServiceInput{CapacityProviderStrategy: spot, ForceNewDeployment: true}, true},
		{"the same strategy", sdk.UpdateServiceInput{CapacityProviderStrategy: spot}, false},
		{"no strategy", sdk.UpdateServiceInput{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{}, ForceNewDeployment: true}, true},
	} {
		before := len(s.describe(t, "web").Deployments)
		step.in.Service = aws.String("web")
		seen := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &step.in)).Service
		if deployed := len(seen.Deployments) > before; deployed != step.deploy {
			t.Errorf("%s: a new deployment: %t", step.name, deployed)
		}
		d := seen.Deployments[0]
		if step.deploy && (*d.Status != "PRIMARY" || d.DesiredCount != 0 || *seen.Deployments[1].Status != "ACTIVE") {
			t.Errorf("%s: %+v", step.name, d)
		}
		if strategic := step.name == "strategy" || step.name == "the same strategy"; strategic != (seen.LaunchType == "") ||
			strategic != (len(seen.CapacityProviderStrategy) == 1) {
			t.Errorf("%s: launch type %q, strategy %v", step.name, seen.LaunchType, seen.CapacityProviderStrategy)
		}
	}
	seen := s.describe(t, "web")
	if seen.DesiredCount != 4 || *seen.DeploymentConfiguration.MinimumHealthyPercent != 50 || *seen.DeploymentConfiguration.MaximumPercent != 200 ||
		seen.PropagateTags != "SERVICE" || !seen.EnableECSManagedTags || *seen.PlatformVersion != "1.4.0" ||
		*seen.TaskDefinition != testScope.TaskDefinition("web", 2) {
		t.Errorf("after all: %+v", seen)
	}
}

// TestServicesOnContainerInstances are made, and wait for instances as on AWS.
func TestServicesOnContainerInstances(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "bridge", func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
	})
	in := serviceInput("bridge", "bridge")
	in.LaunchType, in.NetworkConfiguration = "", nil
	seen := s.create(t, in)
	if seen.LaunchType != "EC2" || seen.PlatformVersion != nil || seen.RoleArn != nil || seen.NetworkConfiguration != nil {
		t.Errorf("%+v", seen)
	}
}

func TestAvailabilityZoneRebalancing(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	full := &types.DeploymentConfiguration{MaximumPercent: aws.Int32(100), MinimumHealthyPercent: aws.Int32(0)}
	in := serviceInput("full", "web")
	in.DeploymentConfiguration = full
	if got := s.create(t, in).AvailabilityZoneRebalancing; got != "DISABLED" {
		t.Errorf("default at maximumPercent 100: %s", got)
	}
	in.ServiceName, in.AvailabilityZoneRebalancing = aws.String("other"), "ENABLED"
	_, err := s.CreateService(ctx, in)
	refused(t, err, "InvalidParameterException", "The service couldn't be created because Availability Zone Rebalancing "+
		"does not support maximumPercent <= 100 % as deployment configuration. Update deployment configuration and try again.")

	s.create(t, serviceInput("web", "web"))
	lower := &sdk.UpdateServiceInput{Service: aws.String("web"), DeploymentConfiguration: full}
	_, err = s.UpdateService(ctx, lower)
	refused(t, err, "InvalidParameterException", "The service couldn't be updated because Availability Zone Rebalancing "+
		"does not support maximumPercent <= 100 % as deployment configuration. Update deployment configuration and try again.")
	lower.AvailabilityZoneRebalancing = "DISABLED"
	if got := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, lower)).Service.AvailabilityZoneRebalancing; got != "DISABLED" {
		t.Errorf("updated: %s", got)
	}
}

func TestListServices(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	for i := range 12 {
		s.create(t, serviceInput(fmt.Sprintf("s%02d", i), "web"))
	}
	first := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{}))
	rest := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{NextToken: first.NextToken}))
	if len(first.ServiceArns) != 10 || len(rest.ServiceArns) != 2 || rest.NextToken != nil {
		t.Errorf("pages of %d and %d", len(first.ServiceArns), len(rest.ServiceArns))
	}
	for name, c := range map[string]struct {
		in   sdk.ListServicesInput
		want int
	}{
		"FARGATE":  {sdk.ListServicesInput{LaunchType: "FARGATE"}, 10},
		"EC2":      {sdk.ListServicesInput{LaunchType: "EC2"}, 0},
		"DAEMON":   {sdk.ListServicesInput{SchedulingStrategy: "DAEMON"}, 0},
		"REPLICA":  {sdk.ListServicesInput{SchedulingStrategy: "REPLICA"}, 10},
		"ECS":      {sdk.ListServicesInput{ResourceManagementType: "ECS"}, 0},
		"CUSTOMER": {sdk.ListServicesInput{ResourceManagementType: "CUSTOMER"}, 10},
	} {
		if got := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &c.in)); len(got.ServiceArns) != c.want {
			t.Errorf("%s: %d services", name, len(got.ServiceArns))
		}
	}
}
