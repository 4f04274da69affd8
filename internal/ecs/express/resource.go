package express

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// rows are the resources of services and network sets.
var rows = managedresource.NewRows("express-resource")

// Resource is one that ECS has made for an owner, the ARN of a service or the key of a network set. The controller writes it.
type Resource = managedresource.Resource

// Kind is what a resource is to its owner.
type Kind = managedresource.Kind

// What a network set has.
const (
	BalancerGroup   Kind = "load-balancer-security-group"
	BalancerIngress Kind = "load-balancer-ingress"
	LoadBalancer    Kind = "load-balancer"
	SetCertificate  Kind = "load-balancer-certificate"
	Listener        Kind = "listener"
)

// What a service has.
const (
	Cluster              Kind = "cluster"
	LogGroup             Kind = "log-group"
	Certificate          Kind = "certificate"
	ListenerCertificate  Kind = "listener-certificate"
	TargetGroup          Kind = "target-group"
	AlternateTargetGroup Kind = "alternate-target-group"
	Rule                 Kind = "rule"
	SecurityGroup        Kind = "security-group"
	Ingress              Kind = "ingress"
	Alarm                Kind = "alarm"
	TaskDefinition       Kind = "task-definition"
	ECSService           Kind = "service"
	ScalableTarget       Kind = "scalable-target"
	Policy               Kind = "policy"
)

// Rows are the resources of all owners.
func Rows() managedresource.Rows { return rows }

// Owned are the resources of an owner, in order of their kinds.
func Owned(tx *store.Tx, owner string) []*Resource { return rows.Owned(tx, owner) }

// Made are the resources that calls name by an ID.
func Made(tx *store.Tx, id string) []*Resource { return rows.Made(tx, id) }

func PutResource(tx *store.Tx, r *Resource) { rows.Put(tx, r) }

func RemoveResource(tx *store.Tx, r *Resource) { rows.Remove(tx, r) }

// setKey is the key of the nth network set of a network.
func setKey(s arn.Scope, n Network, nth int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %t %d", n.VPC, strings.Join(n.Subnets, ","), n.Public, nth))
	return "express-set/" + s.Account + "/" + s.Region + "/" + hex.EncodeToString(sum[:4])
}

// IsSet is whether an owner is a network set.
func IsSet(owner string) bool { return strings.HasPrefix(owner, "express-set/") }

// Sources wake with the owners of which something has changed, the network set of a service included.
func Sources() []store.Source {
	return []store.Source{
		store.On(services, func(before, after *Service) []string {
			if after == nil {
				after = before
			}
			return []string{after.ARN, after.Set}
		}),
		rows.Source(),
	}
}

// Wakes are the owners whose next steps may be others once an owner's have changed.
func Wakes(tx *store.Tx, owner string) (others []string) {
	if !IsSet(owner) {
		if s := Find(tx, owner); s != nil {
			others = append(others, s.Set)
		}
		return others
	}
	for _, s := range servicesOfSet.List(tx, owner) {
		others = append(others, s.ARN)
	}
	return others
}
