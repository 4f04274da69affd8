// Package awsdelays has how long AWS was recorded to take, for --aws-delays.
package awsdelays

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
)

// Of the times that were seen these are the middle. All are of Fargate; the comments have the least and the most in seconds.
var (
	tasks = plan.Delays{
		Interface: 4400 * time.Millisecond, // createdAt to connectivityAt: 3.7 to 5.1
		Provision: 8500 * time.Millisecond, // connectivityAt to pullStartedAt: 6.2 to 10.8
		// No time was recorded from a container's start to that of its execute command agent.
		// One agent was still PENDING in the event of RUNNING; four of a task had started 2 to
		// 10 s before its startedAt (recorded-exec.md X2). This is the middle of those.
		ExecAgent:        6 * time.Second,
		Report:           10 * time.Second,        // executionStoppedAt to stoppingAt: 10.03 to 10.06
		Deprovision:      14 * time.Second,        // executionStoppedAt to stoppedAt: 23.6 to 24.4
		DeprovisionEarly: 7600 * time.Millisecond, // stoppingAt to stoppedAt: 7.6, seen once
		Logs:             4800 * time.Millisecond, // timestamp to ingestionTime of an event: 4.8 to 4.9
	}
	services = observe.Delays{
		PickUp:     4400 * time.Millisecond,  // CreateService to the scheduler: 3.7 and 5.1
		PickUpLess: 1100 * time.Millisecond,  // UpdateService to stoppingAt: 1.1, seen once
		Empty:      16500 * time.Millisecond, // CreateService with no tasks to COMPLETED: 12.7 to 20.4
		Steady:     10100 * time.Millisecond, // stoppingAt to the steady state: 10.1, seen once
		Inactive:   time.Minute,              // DeleteService to INACTIVE: more than 3, less than 59

		NetworkShift: 10 * time.Minute, // not recorded: the developer guide says about ten minutes
	}
	// Of instances there are field reports only, but for the launch.
	instances = capacity.Delays{
		Launch:    4 * time.Second, // RunInstances to running: 3 to 5
		Boot:      45 * time.Second,
		Stop:      35 * time.Second,
		Terminate: 40 * time.Second,
	}
	pull = 14200 * time.Millisecond // a small public image: 8.8 to 19.7
)

// Of Auto Scaling groups: SetDesiredCapacity to the launch 14, to the choice of those that
// go 11 to 16; CompleteLifecycleAction to the end of the launch's activity 0.8, seen once.
var groups = capacity.GroupDelays{Launch: 14 * time.Second, Terminate: 13 * time.Second, Proceed: 800 * time.Millisecond}

// natGateways are from field reports: logs of Terraform.
var natGateways = ec2.NATDelays{Create: 100 * time.Second, Delete: 50 * time.Second}

// loadBalancers: CreateLoadBalancer to active was seen to take more than the 60 seconds
// of its network interfaces, and less than 100.
var loadBalancers = loadbalancer.Delays{Provision: 80 * time.Second}

// scheduleGroups: DeleteScheduleGroup to the end of DELETING took more than 10 and less than 12 seconds, seen once (EVS0002).
const scheduleGroups = 11 * time.Second

// customHealth: UpdateInstanceCustomHealthStatus to the change. Source: Cloud Map API reference, HealthCheckCustomConfig.
const customHealth = 30 * time.Second

// namespaces: no time was recorded from CreateCluster with a new namespace, which is answered PROVISIONING, to ACTIVE.
const namespaces = 10 * time.Second

// stacks are from one day's recording of CloudFormation (CFN-31), in which of the types here a role alone was timed.
var stacks = StackDelays{
	Begin:     3 * time.Second,         // the first event of the stack to the first of a resource; UpdateStack to the look at exports (CFN-71)
	Delete:    1500 * time.Millisecond, // DeleteStack with nothing left, and with an export in use 1.3 (CFN-70)
	ChangeSet: 5 * time.Second,         // a change set was complete at the look after five seconds
	Types:     map[string]time.Duration{"AWS::IAM::Role": 18 * time.Second},
}

// deployments are by CodeDeploy: a lifecycle event that calls no function took 0.4 to 0.6 (CD0006).
var deployments = run.Delays{Event: 500 * time.Millisecond}

// Delays are how long things take, on the emulator's clock.
type Delays struct {
	Tasks         plan.Delays
	Services      observe.Delays
	Instances     capacity.Delays
	Groups        capacity.GroupDelays
	NATGateways   ec2.NATDelays
	LoadBalancers loadbalancer.Delays
	// ScheduleGroups is how long schedule groups are DELETING.
	ScheduleGroups time.Duration
	// CustomHealth is how long the custom status of an instance of Cloud Map takes to change.
	CustomHealth time.Duration
	// Namespaces is how long a namespace of Cloud Map takes that a cluster makes.
	Namespaces time.Duration
	Stacks     StackDelays
	// Deployments are those by CodeDeploy.
	Deployments run.Delays
	// Pull is the pull of a small public image. On Docker pulls take the time that they take.
	Pull time.Duration
}

// StackDelays are how long stacks take beside what their resources do.
type StackDelays struct {
	// Begin is how long an operation waits before it begins with resources, and Delete the same of a delete.
	Begin, Delete time.Duration
	// ChangeSet is how long a change set is pending.
	ChangeSet time.Duration
	// Types is how long the creation of a resource takes at least, by its type.
	Types map[string]time.Duration
}

// Recorded are the delays of AWS.
func Recorded() Delays {
	return Delays{
		Tasks: tasks, Services: services, Instances: instances, Groups: groups,
		NATGateways: natGateways, LoadBalancers: loadBalancers, ScheduleGroups: scheduleGroups, CustomHealth: customHealth, Namespaces: namespaces,
		Stacks: stacks, Deployments: deployments, Pull: pull,
	}
}
