// Package overview reads what an emulator runs into one value: clusters, services with their deployments
// and targets, managed daemons, tasks, and container instances, what of them is not as wanted, and stacks that are not.
//
// It changes no row. Counts and statuses are those of DescribeServices, DescribeTasks and
// DescribeContainerInstances.
package overview

import (
	"time"
)

// Overview is what an emulator runs at one time. All times are of its clock.
type Overview struct {
	Now time.Time `json:"now"`
	// Speed is the number of emulated seconds in a real one.
	Speed       float64 `json:"speed"`
	NotAsWanted Counts  `json:"notAsWanted"`
	// Settled reports whether nothing moves any more: all is as wanted, or what is not as wanted stays so
	// until a client acts.
	Settled bool `json:"settled"`
	// Stacks are the ones that are not as wanted: an operation is under way, or the last one has failed or was rolled
	// back. Of one cluster there are none.
	Stacks   []Stack   `json:"stacks"`
	Clusters []Cluster `json:"clusters"` // that are ACTIVE
	Services []Service `json:"services"` // that are not INACTIVE
	Daemons  []Daemon  `json:"daemons"`  // managed daemons that are not gone
	// LoadBalancers are all, or of one cluster those that send to a target group of its services.
	LoadBalancers []LoadBalancer `json:"loadBalancers"`
	// Tasks are those that have not STOPPED: first those that are not as wanted, then by cluster and
	// group, the newest first. A limit may leave out some of TaskCount.
	Tasks     []Task `json:"tasks"`
	TaskCount int    `json:"taskCount"`
	// StoppedTasks are those that the emulator remembers, the newest first. A limit may leave out some of
	// StoppedTaskCount.
	StoppedTasks       []Task              `json:"stoppedTasks"`
	StoppedTaskCount   int                 `json:"stoppedTaskCount"`
	ContainerInstances []ContainerInstance `json:"containerInstances"` // that are not INACTIVE
	// Repositories are in ECR, by region, account and name. Of one cluster there are none.
	Repositories []Repository `json:"repositories"`
	// Denials are left out if there were none, or if access is not checked.
	Denials *Denials `json:"denials,omitempty"`
}

// Counts are how many are not as wanted, with those tasks that a limit leaves out.
type Counts struct {
	Stacks             int `json:"stacks"`
	Services           int `json:"services"`
	Daemons            int `json:"daemons"`
	Tasks              int `json:"tasks"`
	ContainerInstances int `json:"containerInstances"`
}

// Sum is how many there are.
func (c Counts) Sum() int { return c.Stacks + c.Services + c.Daemons + c.Tasks + c.ContainerInstances }

type Cluster struct {
	ARN                string `json:"clusterArn"`
	Name               string `json:"clusterName"`
	ActiveServices     int    `json:"activeServicesCount"`
	RunningTasks       int    `json:"runningTasksCount"`
	PendingTasks       int    `json:"pendingTasksCount"`
	ContainerInstances int    `json:"registeredContainerInstancesCount"`
}

type Service struct {
	ARN                string       `json:"serviceArn"`
	Name               string       `json:"serviceName"`
	ClusterARN         string       `json:"clusterArn"`
	Status             string       `json:"status"` // ACTIVE or DRAINING
	SchedulingStrategy string       `json:"schedulingStrategy"`
	Desired            int          `json:"desiredCount"`
	Running            int          `json:"runningCount"`
	Pending            int          `json:"pendingCount"`
	Deployments        []Deployment `json:"deployments"` // the PRIMARY one first
	// TaskSets are what the service has instead of deployments where its deployment controller is not ECS, newest first.
	TaskSets []TaskSet `json:"taskSets,omitempty"`
	// CodeDeploy is the last deployment by AWS CodeDeploy, while it is under way and if it has failed.
	CodeDeploy   *CodeDeployment `json:"codeDeploy,omitempty"`
	TargetGroups []TargetGroup   `json:"targetGroups"`
	// GatewayRoutes are how gateways lead to the service.
	GatewayRoutes []GatewayRoute `json:"gatewayRoutes,omitempty"`
	LastEvent     *Event         `json:"lastEvent,omitempty"`
	// NotAsWanted is why the service is not as wanted; empty: it is.
	NotAsWanted string `json:"notAsWanted,omitempty"`
	// Settled is set where the service stays so until a client acts.
	Settled bool `json:"settled,omitempty"`
}

// GatewayRoute is the way from a gateway to a service.
type GatewayRoute struct {
	Gateway string `json:"gateway"` // its name
	URL     string `json:"serviceUrl"`
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"` // of one that has failed
	ARN     string `json:"gatewayRouteArn"`
}

// Daemon is a managed daemon. Its instances are those on which a task of it runs, and others.
type Daemon struct {
	ARN            string `json:"daemonArn"`
	Name           string `json:"daemonName"`
	ClusterARN     string `json:"clusterArn"`
	Status         string `json:"status"`         // ACTIVE or DELETE_IN_PROGRESS
	TaskDefinition string `json:"taskDefinition"` // family:revision that its instances are to have, or of a deleted one have
	Critical       bool   `json:"critical"`
	Running        int    `json:"runningInstanceCount"`
	Draining       int    `json:"drainingInstanceCount"`
	Without        int    `json:"withoutDaemonInstanceCount"`
	Pending        int    `json:"pendingInstanceCount"` // whose task does not run yet, or any more
	down           int    // of these the ones where it ran, and is critical
	// Deployment is the newest one.
	Deployment DaemonDeployment `json:"deployment"`
	// NotAsWanted is why the daemon is not as wanted; empty: it is.
	NotAsWanted string `json:"notAsWanted,omitempty"`
	// Settled is set where the daemon stays so until a client acts.
	Settled bool `json:"settled,omitempty"`
}

// DaemonDeployment is a deployment of a managed daemon.
type DaemonDeployment struct {
	ARN            string    `json:"daemonDeploymentArn"`
	Status         string    `json:"status"` // IN_PROGRESS, SUCCESSFUL, …
	StatusReason   string    `json:"statusReason,omitempty"`
	TaskDefinition string    `json:"taskDefinition,omitempty"` // family:revision that was asked for; empty deletes
	FailedTasks    int       `json:"failedTasks"`
	CreatedAt      time.Time `json:"createdAt"`
}

type Deployment struct {
	ID                 string    `json:"id"`
	Status             string    `json:"status"`                 // PRIMARY, ACTIVE or DRAINING
	RolloutState       string    `json:"rolloutState,omitempty"` // IN_PROGRESS, COMPLETED or FAILED
	RolloutStateReason string    `json:"rolloutStateReason,omitempty"`
	TaskDefinition     string    `json:"taskDefinition"` // family:revision
	Desired            int       `json:"desiredCount"`
	Running            int       `json:"runningCount"`
	Pending            int       `json:"pendingCount"`
	FailedTasks        int       `json:"failedTasks"`
	CreatedAt          time.Time `json:"createdAt"`
	// Rollback is set where ECS has rolled back by itself.
	Rollback *Rollback `json:"rollback,omitempty"`
	// Failure is set of the PRIMARY one that has FAILED, with nothing to come after it.
	Failure *Failure `json:"failure,omitempty"`
	// TrafficShift is set of the PRIMARY one while its service deployment shifts traffic.
	TrafficShift *TrafficShift `json:"trafficShift,omitempty"`
	// ProductionWeight is the share of requests that it is to have then, in percent; nil: traffic is not
	// shifted, or there is no load balancer.
	ProductionWeight *float64 `json:"productionTrafficWeight,omitempty"`
}

// TaskSet is a task set of a service.
type TaskSet struct {
	ID                string    `json:"id"`
	ExternalID        string    `json:"externalId,omitempty"`
	Status            string    `json:"status"`          // PRIMARY, ACTIVE or DRAINING
	StabilityStatus   string    `json:"stabilityStatus"` // STEADY_STATE or STABILIZING
	StabilityStatusAt time.Time `json:"stabilityStatusAt"`
	TaskDefinition    string    `json:"taskDefinition"` // family:revision
	Scale             float64   `json:"scale"`          // in percent of the service's desiredCount
	Desired           int       `json:"computedDesiredCount"`
	Running           int       `json:"runningCount"`
	Pending           int       `json:"pendingCount"`
	CreatedAt         time.Time `json:"createdAt"`
}

// CodeDeployment is a deployment by AWS CodeDeploy.
type CodeDeployment struct {
	ID     string `json:"deploymentId"`
	Status string `json:"status"` // InProgress, Ready, Failed, …
	// Event is the lifecycle event that is under way, or in which the deployment has failed; empty: none is.
	Event string    `json:"lifecycleEvent,omitempty"`
	Since time.Time `json:"since"` // of the end, else of the lifecycle event, else of the deployment
	// RollbackOf is the deployment that this one takes back; empty: none.
	RollbackOf string `json:"rollbackOf,omitempty"`
	// Error is why the deployment, or the one that it takes back, has failed; empty: it has not.
	Error string `json:"error,omitempty"`
}

// TrafficShift is how far a service deployment by BLUE_GREEN, CANARY or LINEAR has come.
type TrafficShift struct {
	Stage string `json:"lifecycleStage"`
	Back  bool   `json:"rollback,omitempty"` // traffic goes back to the old revision
	// Hooks are the ids of the lifecycle hooks that ContinueServiceDeployment is to decide.
	Hooks []string `json:"awaitingAction,omitempty"`
}

// Rollback is the way back of the service deployment that a deployment is a part of.
type Rollback struct {
	Status string `json:"status"` // of the service deployment: ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCESSFUL, …
	Reason string `json:"reason"`
	// TaskDefinition is the task definition of the revision that failed, family:revision.
	TaskDefinition string    `json:"taskDefinition"`
	StartedAt      time.Time `json:"startedAt"`
}

// Failure is how the service deployment has ended of a deployment that has FAILED.
type Failure struct {
	Status string `json:"status"` // ROLLBACK_FAILED, or STOPPED where no rollback was asked for
	Reason string `json:"reason"`
}

// TargetGroup is one that tasks of a service are targets of.
type TargetGroup struct {
	ARN  string `json:"targetGroupArn"`
	Name string `json:"targetGroupName"`
	// Targets is their number by health: healthy, unhealthy, initial, draining, unused.
	Targets map[string]int `json:"targets"`
	// Unhealthy is why the first target that is unhealthy is so.
	Unhealthy string `json:"unhealthy,omitempty"`
}

type LoadBalancer struct {
	ARN         string     `json:"loadBalancerArn"`
	Name        string     `json:"loadBalancerName"`
	Type        string     `json:"type"`   // application or network
	Scheme      string     `json:"scheme"` // internet-facing or internal
	State       string     `json:"state"`  // provisioning, active or failed
	StateReason string     `json:"stateReason,omitempty"`
	DNSName     string     `json:"dnsName"`
	Listeners   []Listener `json:"listeners"`
}

// Listener is a listener of a load balancer.
type Listener struct {
	ARN      string `json:"listenerArn"`
	Protocol string `json:"protocol"` // HTTP, HTTPS, TCP, …
	Port     int    `json:"port"`
	// LocalAddresses are the local addresses of the user's loopback interface that lead there: 127.0.0.1:49153.
	LocalAddresses []string `json:"localAddresses"`
}

// Event is a message of a service.
type Event struct {
	CreatedAt time.Time `json:"createdAt"`
	Message   string    `json:"message"`
}

type Task struct {
	ID                string      `json:"id"`
	ARN               string      `json:"taskArn"`
	ClusterARN        string      `json:"clusterArn"`
	Group             string      `json:"group"`          // service:web, family:job
	TaskDefinition    string      `json:"taskDefinition"` // family:revision
	LaunchType        string      `json:"launchType"`
	LastStatus        string      `json:"lastStatus"`
	DesiredStatus     string      `json:"desiredStatus"`
	HealthStatus      string      `json:"healthStatus"` // HEALTHY, UNHEALTHY or UNKNOWN
	ContainerInstance string      `json:"containerInstanceArn,omitempty"`
	Engine            string      `json:"engine,omitempty"` // by name, where several run tasks
	IP                string      `json:"ip,omitempty"`     // its own, or its container instance's
	Ports             []Port      `json:"ports"`
	Containers        []Container `json:"containers"`
	CreatedAt         time.Time   `json:"createdAt"`
	StartedAt         time.Time   `json:"startedAt,omitzero"`
	StoppedAt         time.Time   `json:"stoppedAt,omitzero"`
	StopCode          string      `json:"stopCode,omitempty"`
	StoppedReason     string      `json:"stoppedReason,omitempty"`
	// Pulls are the pulls of images under way that take longer than two seconds of real time.
	Pulls []Pull `json:"pulls,omitempty"`
	// UnhealthyTarget is why a target of the task is unhealthy.
	UnhealthyTarget string `json:"unhealthyTarget,omitempty"`
	// NotAsWanted is why the task is not as wanted; empty: it is.
	NotAsWanted string `json:"notAsWanted,omitempty"`
}

// Pull is a pull of an image under way.
type Pull struct {
	Image string `json:"image"` // as the task definition names it
	// Bytes have come, of those that the engine knows of so far: it learns the sizes of layers one after the other. Zero: it has
	// not told any.
	Bytes int64 `json:"bytes,omitempty"`
	Of    int64 `json:"ofBytes,omitempty"`
}

// Port is a port of the user's loopback address that leads to a container's port.
type Port struct {
	Container     string `json:"container"`
	ContainerPort int    `json:"containerPort"`
	Protocol      string `json:"protocol"` // tcp or udp
	Address       string `json:"address"`  // 127.0.0.1:49153
}

type Container struct {
	Name         string `json:"name"`
	LastStatus   string `json:"lastStatus"`
	HealthStatus string `json:"healthStatus"`
	ExitCode     *int32 `json:"exitCode,omitempty"`
	Reason       string `json:"reason,omitempty"`
	// Proxy is set of the proxy of Service Connect, which no task definition has.
	Proxy bool `json:"proxy,omitempty"`
}

type ContainerInstance struct {
	ARN            string    `json:"containerInstanceArn"`
	ID             string    `json:"id"`
	ClusterARN     string    `json:"clusterArn"`
	EC2InstanceID  string    `json:"ec2InstanceId"`
	Engine         string    `json:"engine,omitempty"` // by name, where several run tasks
	Status         string    `json:"status"`           // ACTIVE, DRAINING, …
	AgentConnected bool      `json:"agentConnected"`
	Running        int       `json:"runningTasksCount"`
	Pending        int       `json:"pendingTasksCount"`
	Registered     Resources `json:"registered"`
	Remaining      Resources `json:"remaining"`
	// Ports are the ports of the host that tasks have.
	Ports    []uint16 `json:"ports"`
	PortsUDP []uint16 `json:"portsUdp"`
	// NotAsWanted is why the container instance is not as wanted; empty: it is.
	NotAsWanted string `json:"notAsWanted,omitempty"`
}

// Repository is a repository of container images.
type Repository struct {
	ARN    string `json:"repositoryArn"`
	Name   string `json:"repositoryName"`
	URI    string `json:"repositoryUri"` // as DescribeRepositories has it
	Images int    `json:"images"`
	// Bytes is the sum of the images' imageSizeInBytes.
	Bytes    int64     `json:"bytes"`
	PushedAt time.Time `json:"pushedAt,omitzero"` // when an image was pushed last
}

// Resources are what a container instance has for tasks.
type Resources struct {
	CPU    int `json:"cpu"`    // units
	Memory int `json:"memory"` // MiB
	GPUs   int `json:"gpus"`
}
