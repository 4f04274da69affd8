package express

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	resources      = store.NewTable("express-resource", func(r *Resource) string { return r.Owner + "|" + string(r.Kind) })
	resourcesByARN = resources.Index(func(r *Resource) string { return r.ID })
)

// Kind is what a resource is to its owner, which has one of each at most.
type Kind string

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

// Resource is one that ECS has made for an owner, or is about to make: the row is there before the call. The controller writes it.
type Resource struct {
	Owner string // the ARN of a service, or the key of a network set
	Kind  Kind
	// ID is how calls name it, mostly its ARN. It is empty while nothing is known to be made.
	ID string
	// Before is the ID that a resource had which this one is in place of.
	Before    string
	Status    types.ManagedResourceStatus
	Reason    string // of FAILED, in the words of the API
	UpdatedAt time.Time

	// Role is the role that made it, which removes it too.
	Role string
	// Wanted is a digest of what it was made from, or last changed to.
	Wanted string
	// Asked says that a call to make it may have had its effect, and that its answer is not known.
	Asked bool
	// Tries are the calls that have failed in a row, for now; the next one is not before Due.
	Tries int
	Due   time.Time
	// Left says that it could not be removed, and is left to the user.
	Left bool
}

// Owned are the resources of an owner, in order of their kinds.
func Owned(tx *store.Tx, owner string) []*Resource { return resources.List(tx, owner+"|") }

// Made are the resources that calls name by an ID.
func Made(tx *store.Tx, id string) []*Resource { return resourcesByARN.List(tx, id) }

func PutResource(tx *store.Tx, r *Resource) { resources.Put(tx, r) }

func RemoveResource(tx *store.Tx, r *Resource) { resources.Delete(tx, r) }

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
		store.On(resources, func(before, after *Resource) []string {
			if after == nil {
				after = before
			}
			return []string{after.Owner}
		}),
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
