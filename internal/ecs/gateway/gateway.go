// Package gateway has the rows of gateways: what users ask of one, the clusters that it is associated with, the routes by which services
// use it, and the resources that ECS makes for it. What is to be made next says package composition, and the controller of package
// managedresource makes it, by the calls that a user would make.
package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	gateways = store.NewTable("gateway", func(g *Gateway) string { return g.ARN })
	outcomes = store.NewTable("gateway-update", func(o *Outcome) string { return o.GatewayARN })
)

// Gateway is what was asked of a gateway. Handlers write it.
type Gateway struct {
	ARN   string
	Scope arn.Scope
	Name  string
	// Token tells gateways apart that have had one name, 32 hexadecimal digits: names of resources have some of them.
	Token string
	Role  string // the infrastructure role
	Asked Configuration
	// VPC and its CIDR block are the subnets'.
	VPC, CIDR          string
	DeletionProtection bool
	PropagateTags      types.PropagateGatewayTags
	Tags               []types.Tag
	CreatedAt          time.Time
	UpdatedAt          time.Time
	// Updates is how often it was updated.
	Updates int
	// ClientToken is the one of its CreateGateway, Request a digest of the parameters.
	ClientToken, Request string
}

// Configuration is what users choose, with all defaults.
type Configuration struct {
	Scheme               types.GatewayElbScheme
	IPAddressType        types.GatewayElbIpAddressType
	Subnets              []string
	InboundSecurityGroup string
	Desync               types.GatewayAlbDesyncMitigationMode
	MaxBalancers         int32
	// AccessLogs are shown; empty where there is no Bucket.
	AccessLogs AccessLogs
	TestHeader *types.GatewayTestTrafficHeader
}

// AccessLogs is where access logs go on AWS.
type AccessLogs struct{ Bucket, Prefix string }

// Outcome is how the last update of a gateway has ended. The controller writes it.
type Outcome struct {
	GatewayARN string
	// Update is the number of the update.
	Update   int
	At       time.Time
	Failures []Failure
}

// Failure is an operation that has failed, in the words of its API.
type Failure struct {
	ARN                      string // of the load balancer
	Operation, Code, Message string
}

// ARN of a gateway, which is not published: a choice.
func ARN(s arn.Scope, name string) string { return s.Prefix() + "gateway/" + name }

// Find returns a gateway by its ARN, or nil.
func Find(tx *store.Tx, gatewayARN string) *Gateway { return gateways.Get(tx, gatewayARN) }

// List returns the gateways of an account and Region, by name.
func List(tx *store.Tx, s arn.Scope) []*Gateway { return gateways.List(tx, ARN(s, "")) }

func Put(tx *store.Tx, g *Gateway) { gateways.Put(tx, g) }

// Remove removes a gateway that has no associations.
func Remove(tx *store.Tx, g *Gateway) {
	gateways.Delete(tx, g)
	if o := outcomes.Get(tx, g.ARN); o != nil {
		outcomes.Delete(tx, o)
	}
}

// LastOutcome is how the last update of a gateway has ended, or nil while it is under way; nil of one that was never updated.
func (g *Gateway) LastOutcome(tx *store.Tx) *Outcome {
	if o := outcomes.Get(tx, g.ARN); o != nil && o.Update == g.Updates {
		return o
	}
	return nil
}

// PutOutcome ends the update of a gateway.
func PutOutcome(tx *store.Tx, o *Outcome) { outcomes.Put(tx, o) }

// Status of a gateway. That one stays UPDATE_COMPLETE is a choice.
func (g *Gateway) Status(tx *store.Tx) types.GatewayStatus {
	o := g.LastOutcome(tx)
	switch {
	case g.Updates == 0:
		return types.GatewayStatusActive
	case o == nil:
		return types.GatewayStatusUpdateInProgress
	case len(o.Failures) > 0:
		return types.GatewayStatusUpdateFailed
	}
	return types.GatewayStatusUpdateComplete
}

// AccessType follows from the scheme.
func (g *Gateway) AccessType() types.AccessType {
	if g.Public() {
		return types.AccessTypePublic
	}
	return types.AccessTypePrivate
}

// Public is whether a gateway is reached from outside its VPC.
func (g *Gateway) Public() bool { return g.Asked.Scheme == types.GatewayElbSchemeInternetFacing }

var (
	associations = store.NewTable("gateway-association", func(a *Association) string { return a.ClusterARN + "|" + a.GatewayARN })
	byGateway    = associations.Index(func(a *Association) string { return a.GatewayARN })
)

// Association lets services of a cluster use a gateway. Handlers write it, and the controller removes it.
type Association struct {
	GatewayARN, ClusterARN string
	// Disassociating: it goes with the last route.
	Disassociating bool
}

// Status of an association.
func (a *Association) Status() types.GatewayClusterAssociationStatus {
	if a.Disassociating {
		return types.GatewayClusterAssociationStatusDisassociating
	}
	return types.GatewayClusterAssociationStatusActive
}

// FindAssociation returns the association of a gateway and a cluster, or nil.
func FindAssociation(tx *store.Tx, gatewayARN, clusterARN string) *Association {
	return associations.Get(tx, clusterARN+"|"+gatewayARN)
}

// OfCluster are the associations of a cluster, by gateway.
func OfCluster(tx *store.Tx, clusterARN string) []*Association {
	return associations.List(tx, clusterARN+"|")
}

// OfGateway are the associations of a gateway, by cluster.
func OfGateway(tx *store.Tx, gatewayARN string) []*Association { return byGateway.List(tx, gatewayARN) }

// Associations are all of an account and Region, by cluster and gateway.
func Associations(tx *store.Tx, s arn.Scope) []*Association {
	return associations.List(tx, s.Clusters())
}

func PutAssociation(tx *store.Tx, a *Association) { associations.Put(tx, a) }

func RemoveAssociation(tx *store.Tx, a *Association) { associations.Delete(tx, a) }

// Disassociate has associations end, which go with the last route.
func Disassociate(tx *store.Tx, list ...*Association) {
	for _, a := range list {
		ending := *a
		ending.Disassociating = true
		PutAssociation(tx, &ending)
	}
}

// Usable are the gateways of a cluster that a service can use, by name. One that is being disassociated takes no new connection, and is
// used further by a service that keeps a route of it.
func Usable(tx *store.Tx, clusterARN string, kept []string) (list []*Gateway) {
	for _, a := range OfCluster(tx, clusterARN) {
		if g := Find(tx, a.GatewayARN); g != nil && (!a.Disassociating || routesHave(tx, kept, g)) {
			list = append(list, g)
		}
	}
	sorting.By(list, func(a, b *Gateway) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func routesHave(tx *store.Tx, routes []string, g *Gateway) bool {
	return slices.ContainsFunc(routes, func(id string) bool {
		r := FindRoute(tx, id)
		return r != nil && r.GatewayARN == g.ARN
	})
}
