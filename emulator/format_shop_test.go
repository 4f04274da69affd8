package emulator_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	namespaces "github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// said has what is said of the files of formats from a first to a last one.
type said struct {
	first, last int
	lines       []string
}

// of are the lines of a format, sorted.
func of(format int, all []said) (lines []string) {
	for _, s := range all {
		if s.first <= format && format <= s.last {
			lines = append(lines, s.lines...)
		}
	}
	slices.Sort(lines)
	return lines
}

const later = math.MaxInt

// shopRows is what rows say. A file has what the version that wrote it had, and not more.
var shopRows = []said{
	{0, later, []string{
		"cluster shop ACTIVE",
		"cluster shop has a namespace of HTTP",
		"task family:web RUNNING us-east-1a on FARGATE",
		"task family:job STOPPED us-east-1a on FARGATE exit 3",
		"task service:api RUNNING us-east-1a on FARGATE_SPOT",
		"task service:api RUNNING us-east-1a on FARGATE_SPOT",
		"service api ACTIVE wants 2, has 2",
		"service api has 2 in subnet-0123abcd us-east-1a on FARGATE_SPOT",
		"message (service api) has started 2 tasks:",
		"service gone INACTIVE wants 0, has 0",
		"message (service gone) has reached a steady state.",
		"message (service gone)", // its deployment has completed
		"deployment of gone SUCCESSFUL",
		"Fargate has {OnDemand:256 Spot:512}",
	}},
	{0, 4, []string{"deployment of api IN_PROGRESS"}},
	{5, later, []string{
		"deployment of api SUCCESSFUL",
		"message (service api) registered 2 targets in",
		"message (service api) has reached a steady state.",
		"message (service api)",
	}},
	{1, later, []string{
		"event *state.Task family:job DEPROVISIONING",
		"event *state.Task family:job PENDING",
		"event *state.Task family:job PROVISIONING",
		"event *state.Task family:job RUNNING",
		"event *state.Task family:job STOPPED",
		"event *state.Task family:web PENDING",
		"event *state.Task family:web PROVISIONING",
		"event *state.Task family:web RUNNING",
		"event *state.Task service:api PENDING",
		"event *state.Task service:api PROVISIONING",
		"event *state.Task service:api RUNNING",
	}},
	{4, later, []string{
		"task family:tool RUNNING us-east-1a on EC2",
		"container instance ACTIVE runs 1",
		"event *state.Task family:tool PENDING",
		"event *state.Task family:tool RUNNING",
	}},
	{5, later, []string{"event *state.InstanceChange", "event *state.Task service:api ACTIVATING"}},
	{6, later, []string{
		"service blue ACTIVE wants 1, has 0",
		"deployment of blue IN_PROGRESS",
		`hook of blue PRE_SCALE_UP SUCCEEDED {"canary": true}`,
		"hook of blue PRE_SCALE_UP AWAITING_ACTION ",
		"event *state.DeploymentChange",
		"event *state.HookChange",
		"event *state.ServiceAction",
	}},
	{13, later, []string{"event *autoscaling.ActivityChange", "event *ec2.StateChange"}},
	{14, later, []string{"event *cloudwatch.AlarmChange"}},
}

// shopAnswers is what the APIs say.
var shopAnswers = []said{
	{0, later, []string{"task definition job:1", "task definition web:1"}},
	{0, 3, []string{"cluster shop ACTIVE, 0 container instances"}},
	{0, 4, []string{"service api ACTIVE runs 2, 2 tasks, 0 target groups"}},
	{4, later, []string{"cluster shop ACTIVE, 1 container instances", "task definition tool:1"}},
	{5, later, []string{"service api ACTIVE runs 2, 2 tasks, 1 target groups", "load balancer front active"}},
	{6, later, []string{"alarm busy", "rule stopped ENABLED", "schedule night ENABLED"}},
	{0, 14, []string{"namespace by its id HTTP"}},
	{14, later, []string{"namespace other.local HTTP"}},
	{15, later, []string{"namespace shop.local HTTP"}},
}

// rowLines is what the rows of a store say, sorted.
func rowLines(s *store.Store) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	tx := s.Read()
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	cluster := state.Clusters.Get(tx, scope.Cluster("shop"))
	add("cluster %s %s", cluster.Name, cluster.Status)
	if c := cluster.ServiceConnectDefaults; c != nil {
		if n := namespaces.FindNamespace(tx, aws.ToString(c.Namespace)); n != nil {
			add("cluster %s has a namespace of %s", cluster.Name, n.Type)
		}
	}
	for _, task := range state.AllTasks(tx) {
		place, container := task.Placement, task.Status.Containers[0]
		line := fmt.Sprintf("task %s %s %s on %s", task.Spec.Group, task.Status.LastStatus, place.Zone, cmp.Or(place.CapacityProvider, string(task.Spec.LaunchType)))
		if container.ExitCode != nil {
			line += fmt.Sprint(" exit ", *container.ExitCode)
		}
		if place.ContainerInstance == "" && (ec2network.FindSubnet(tx, scope, place.SubnetID) == nil || len(place.AttachmentID) != 36 || container.RuntimeID != arn.RuntimeID(arn.Name(task.ARN), container.Name)) {
			line += fmt.Sprintf(" with %+v, runtimeId %q", place, container.RuntimeID)
		}
		if len(container.ID) != 36 || container.EngineID == "" || place.ContainerInstance == "" && container.EngineID == container.RuntimeID {
			line += fmt.Sprintf(" as %q, on the engine %q", container.ID, container.EngineID)
		}
		if taskdefinition.Find(tx, scope, task.Spec.Family, task.Spec.Revision) == nil {
			line += " without a definition"
		}
		add("%s", line)
	}
	for _, service := range state.AllServices(tx) {
		tasks := 0
		if d := service.Primary(); d != nil {
			tasks = len(state.DeploymentTasks(tx, service.ARN, d.ID))
			if state.FindServiceRevision(tx, d.Revision.ARN) == nil || state.FindServiceDeployment(tx, d.ServiceDeploymentARN) == nil {
				add("service %s has a deployment without rows: %+v", service.Name, d)
			}
		}
		add("service %s %s wants %d, has %d", service.Name, service.Status(), service.DesiredCount, tasks)
		for _, e := range state.FindServiceEvents(tx, service.ARN) {
			message, _, _ := strings.Cut(*e.Message, " (") // before the first id
			add("message %s", message)
		}
		for _, p := range state.FindServiceSummary(tx, service.ARN).Placed {
			add("service %s has %d in %s %s on %s", service.Name, p.Active, p.SubnetID, p.Zone, p.CapacityProvider)
		}
		for _, d := range state.ServiceDeployments(tx, service.ARN) {
			line := fmt.Sprint("deployment of ", service.Name, " ", d.Status)
			if r := state.FindServiceRevision(tx, d.Target.ARN); r == nil || r.ServiceARN != service.ARN || r.CreatedAt.IsZero() || d.StartedAt.IsZero() {
				line += fmt.Sprintf(" to %+v", r)
			}
			add("%s", line)
			for _, h := range d.Hooks {
				add("hook of %s %s %s %s", service.Name, h.Stage, h.Status, h.Details)
			}
		}
	}
	for _, c := range state.AllContainerInstances(tx) {
		add("container instance %s runs %d", c.Status, len(state.InstanceTasks(tx, c.ARN)))
	}
	add("Fargate has %+v", state.CPUOnFargate(tx, scope))
	events, _, _ := outbox.Since(s, 0)
	for _, e := range events {
		line := fmt.Sprintf("event %T", e.Value.Value())
		if task, ok := e.Value.Value().(*state.Task); ok {
			line += " " + task.Spec.Group + " " + task.Status.LastStatus
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// answerLines is what the APIs of an emulator say of the shop, sorted.
func answerLines(w *world) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	shop := aws.String("shop")
	clusters, err := w.client.DescribeClusters(w.Context(), &ecs.DescribeClustersInput{Clusters: []string{"shop"}})
	w.must(err)
	for _, c := range clusters.Clusters {
		add("cluster %s %s, %d container instances", *c.ClusterName, *c.Status, c.RegisteredContainerInstancesCount)
	}
	definitions, err := w.client.ListTaskDefinitions(w.Context(), &ecs.ListTaskDefinitionsInput{})
	w.must(err)
	for _, d := range definitions.TaskDefinitionArns {
		add("task definition %s", arn.Name(d))
	}
	services, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Cluster: shop, Services: []string{"api"}})
	w.must(err)
	for _, s := range services.Services {
		tasks, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: shop, ServiceName: s.ServiceName})
		w.must(err)
		add("service %s %s runs %d, %d tasks, %d target groups", *s.ServiceName, *s.Status, s.RunningCount, len(tasks.TaskArns), len(s.LoadBalancers))
	}
	balancers, err := elasticloadbalancingv2.NewFromConfig(w.srv.Config()).DescribeLoadBalancers(w.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	w.must(err)
	for _, b := range balancers.LoadBalancers {
		add("load balancer %s %s", *b.LoadBalancerName, b.State.Code)
	}
	alarms, err := cloudwatch.NewFromConfig(w.srv.Config()).DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	for _, a := range alarms.MetricAlarms {
		add("alarm %s", *a.AlarmName)
	}
	rules, err := eventbridge.NewFromConfig(w.srv.Config()).ListRules(w.Context(), &eventbridge.ListRulesInput{})
	w.must(err)
	for _, r := range rules.Rules {
		add("rule %s %s", *r.Name, r.State)
	}
	schedules, err := scheduler.NewFromConfig(w.srv.Config()).ListSchedules(w.Context(), &scheduler.ListSchedulesInput{})
	w.must(err)
	for _, s := range schedules.Schedules {
		add("schedule %s %s", *s.Name, s.State)
	}
	spaces, err := servicediscovery.NewFromConfig(w.srv.Config()).ListNamespaces(w.Context(), &servicediscovery.ListNamespacesInput{})
	w.must(err)
	for _, n := range spaces.Namespaces {
		name := *n.Name
		if strings.HasPrefix(name, "ns-") {
			name = "by its id" // older versions made an ARN up, and kept no name
		}
		add("namespace %s %s", name, n.Type)
	}
	slices.Sort(lines)
	return lines
}
