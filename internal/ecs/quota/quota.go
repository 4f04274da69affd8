// Package quota has the service quotas of AWS that it raises on request, and the rates at which Fargate
// launches tasks. Who launches one asks for what is left:
//
//	quotas, err := quota.New(map[string]int{"fargate-vcpus": 6})
//	if reason := quotas.Allowance(tx, scope).Take("FARGATE", 1024); reason != quota.Granted { … }
package quota

import (
	"fmt"
	"slices"
	"strings"
)

// Name is the name of a quota, as users set it.
type Name string

// The quotas, in the words of Service Quotas.
const (
	FargateVCPUs       Name = "fargate-vcpus"
	FargateSpotVCPUs   Name = "fargate-spot-vcpus"
	TasksPerService    Name = "tasks-per-service"
	TaskSetsPerService Name = "task-sets-per-service"
	ContainerInstances Name = "container-instances-per-cluster"
	ProvisioningTasks  Name = "provisioning-tasks-per-cluster"
	ExpressServices    Name = "express-services-per-load-balancer"
	GatewayRoutes      Name = "gateway-routes-per-load-balancer"
	Daemons            Name = "daemons-per-cluster"
	DaemonRevisions    Name = "daemon-task-definition-revisions"
)

// all has each quota with its default; without one there is no such quota until it is set: AWS gives each
// account other vCPUs, and 5,000 container instances are more than a machine needs that has many of them. What AWS allows of daemons is not published.
// Source: ECS service quotas; ECS developer guide, cluster auto scaling, for tasks that are PROVISIONING; services.md I.2 for
// services of Express mode.
var all = []struct {
	Name
	value int
}{
	{FargateVCPUs, none}, {FargateSpotVCPUs, none}, {TasksPerService, 5000}, {TaskSetsPerService, 5}, {ContainerInstances, none}, {ProvisioningTasks, 500},
	{ExpressServices, 25}, {GatewayRoutes, 25}, {Daemons, none}, {DaemonRevisions, none},
}

const none = -1

// Quotas are those that are set; all others have their defaults. Nil is the defaults.
type Quotas map[Name]int

// New checks what a user has set.
func New(set map[string]int) (Quotas, error) {
	q := Quotas{}
	for name, value := range set {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("quota %q is unknown: there are %s", name, strings.Join(Names(), ", "))
		}
		if value < 0 {
			return nil, fmt.Errorf("quota %s is negative: %d", name, value)
		}
		if value == 0 && (Name(name) == ExpressServices || Name(name) == GatewayRoutes) {
			return nil, fmt.Errorf("quota %s is 0: a load balancer has one service at least", name)
		}
		q[Name(name)] = value
	}
	return q, nil
}

func Names() (names []string) {
	for _, each := range all {
		names = append(names, string(each.Name))
	}
	return names
}

// Of is a quota; ok is false if there is none.
func (q Quotas) Of(name Name) (value int, ok bool) {
	if value, set := q[name]; set {
		return value, true
	}
	for _, each := range all {
		if each.Name == name {
			value = each.value
		}
	}
	return value, value != none
}

// Allows reports whether there may be n of what a quota counts.
func (q Quotas) Allows(name Name, n int) bool {
	most, bound := q.Of(name)
	return !bound || n <= most
}
