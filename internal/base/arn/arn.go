// Package arn makes and reads the ARNs of ECS resources.
//
// ARNs are the primary keys of the state store, so that a resource lives in one
// account and region by construction. All ARNs are of the long format, which
// accounts can no longer opt out of; short ones are accepted on input.
package arn

import (
	"strconv"
	"strings"
)

// Scope is the account and region in which a resource lives.
type Scope struct {
	Region, Account string
}

// Partition is the AWS partition of the scope's region.
func (s Scope) Partition() string {
	switch {
	case strings.HasPrefix(s.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(s.Region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// Prefix is what every ECS ARN of the scope starts with: "arn:aws:ecs:R:A:".
func (s Scope) Prefix() string {
	return "arn:" + s.Partition() + ":ecs:" + s.Region + ":" + s.Account + ":"
}

func (s Scope) Cluster(name string) string { return s.Prefix() + "cluster/" + name }

// Clusters is the prefix of the ARNs of the scope's clusters.
func (s Scope) Clusters() string { return s.Prefix() + "cluster/" }

func (s Scope) Service(cluster, name string) string {
	return s.Prefix() + "service/" + cluster + "/" + name
}

// Services is the prefix of the ARNs of a cluster's services.
func (s Scope) Services(cluster string) string { return s.Prefix() + "service/" + cluster + "/" }

// Task is the ARN of a task; id is 32 hex digits.
func (s Scope) Task(cluster, id string) string { return s.Prefix() + "task/" + cluster + "/" + id }

// Tasks is the prefix of the ARNs of a cluster's tasks.
func (s Scope) Tasks(cluster string) string { return s.Prefix() + "task/" + cluster + "/" }

// Container is the ARN of a task's container; id is a UUID with hyphens.
func (s Scope) Container(cluster, taskID, id string) string {
	return s.Prefix() + "container/" + cluster + "/" + taskID + "/" + id
}

// DaemonFamily begins the names under which the families of daemon task definitions are kept beside all others, which have no
// slash in their names.
const DaemonFamily = "daemon-task-definition/"

// TaskDefinition is the ARN of one revision of a family, also of a daemon's.
func (s Scope) TaskDefinition(family string, revision int) string {
	if strings.HasPrefix(family, DaemonFamily) {
		return s.Prefix() + family + ":" + strconv.Itoa(revision)
	}
	return s.Prefix() + "task-definition/" + family + ":" + strconv.Itoa(revision)
}

// ContainerInstance is the ARN of a container instance; id is 32 hex digits.
func (s Scope) ContainerInstance(cluster, id string) string {
	return s.Prefix() + "container-instance/" + cluster + "/" + id
}

// ContainerInstances is the prefix of the ARNs of a cluster's container instances.
func (s Scope) ContainerInstances(cluster string) string {
	return s.Prefix() + "container-instance/" + cluster + "/"
}

// ServiceDeployment is the ARN of a service deployment; id is 21 characters.
func (s Scope) ServiceDeployment(cluster, service, id string) string {
	return s.Prefix() + "service-deployment/" + cluster + "/" + service + "/" + id
}

// ServiceRevision is the ARN of a service revision; its digits are those of the
// deployment id.
func (s Scope) ServiceRevision(cluster, service, digits string) string {
	return s.Prefix() + "service-revision/" + cluster + "/" + service + "/" + digits
}

// TaskSet is the ARN of a task set; its id is ecs-svc/ and 19 digits (ECS0331.1). Without one it is the prefix of the ARNs of a
// service's task sets.
func (s Scope) TaskSet(cluster, service, id string) string {
	return s.Prefix() + "task-set/" + cluster + "/" + service + "/" + id
}

// TaskSets is the prefix of the ARNs of the task sets of a cluster's services.
func (s Scope) TaskSets(cluster string) string { return s.Prefix() + "task-set/" + cluster + "/" }

// CapacityProvider is the ARN of a capacity provider, FARGATE included.
func (s Scope) CapacityProvider(name string) string {
	return s.Prefix() + "capacity-provider/" + name
}

// Root is the ARN of the account's root principal.
func (s Scope) Root() string { return "arn:" + s.Partition() + ":iam::" + s.Account + ":root" }

// ServiceLinkedRole is the ARN of the role that ECS uses on behalf of services.
func (s Scope) ServiceLinkedRole() string {
	return "arn:" + s.Partition() + ":iam::" + s.Account +
		":role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
}

// ARN is a parsed ECS ARN.
type ARN struct {
	Scope
	Partition string   // "aws"
	Service   string   // "ecs"
	Type      string   // "cluster", "task", …
	Resource  []string // the parts after the type: [cluster, id]
}

// Owns reports whether a resource of ECS with this ARN would be of the scope.
func (s Scope) Owns(a ARN) bool {
	return a.Scope == s && a.Partition == s.Partition() && a.Service == "ecs"
}

// Is reports whether s has the form of an ARN at all.
func Is(s string) bool { return strings.HasPrefix(s, "arn:") }

// Parse splits an ARN; ok is false when it has not six parts and a resource.
func Parse(s string) (a ARN, ok bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, false
	}
	kind, rest, found := strings.Cut(parts[5], "/")
	if !found || kind == "" || rest == "" {
		return ARN{}, false
	}
	return ARN{
		Scope:     Scope{Region: parts[3], Account: parts[4]},
		Partition: parts[1],
		Service:   parts[2],
		Type:      kind,
		Resource:  strings.Split(rest, "/"),
	}, true
}

// Name is the last part of an ARN: the cluster or service name, the task id.
func Name(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// ClusterName is the cluster in the ARN of something that lives in a cluster.
func ClusterName(s string) string {
	a, ok := Parse(s)
	if !ok {
		return ""
	}
	return a.Resource[0]
}

// ScopeOf is the account and region of an ARN that this program made. It is asked
// for with every change of a task, so it takes no memory.
func ScopeOf(s string) (scope Scope) {
	for range 3 { // arn, the partition and the service
		_, s, _ = strings.Cut(s, ":")
	}
	scope.Region, s, _ = strings.Cut(s, ":")
	scope.Account, _, _ = strings.Cut(s, ":")
	return scope
}
