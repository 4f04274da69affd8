// Package servicediscovery has the rows of AWS Cloud Map: namespaces, services, the instances that are registered in them,
// and the operations that made them. Package handlers/servicediscovery writes what users ask for; the tasks of ECS
// services are registered by [Register] and [Deregister].
package servicediscovery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	namespaces       = store.NewTable("servicediscovery-namespace", func(n *Namespace) string { return n.ARN })
	namespacesByName = namespaces.Index(func(n *Namespace) string { return prefix(arn.ScopeOf(n.ARN)) + n.Name })
	namespacesByHTTP = namespaces.Index(func(n *Namespace) string { return prefix(arn.ScopeOf(n.ARN)) + n.HTTPName })
	namespacesByVPC  = namespaces.Index(func(n *Namespace) string {
		if n.Type == types.NamespaceTypeDnsPublic {
			return public
		}
		return n.VPC
	})
)

// public is where the index by VPC has public namespaces.
const public = "public"

// Namespace is a namespace: HTTP, DNS_PRIVATE or DNS_PUBLIC. Handlers write it.
type Namespace struct {
	ARN              string // …:namespace/ns-…
	Name             string
	Type             types.NamespaceType
	Description      string
	CreatorRequestID string
	HTTPName         string // Name, or with a suffix where that is another one's: AddNamespace sets it
	VPC              string // id, of DNS_PRIVATE
	HostedZoneID     string // of the two with DNS
	SOATTL           int64  // seconds; 0 is none
	Tags             []types.Tag
	CreatedAt        time.Time
}

// ID is what stands behind the slash of the ARN: ns-….
func (n *Namespace) ID() string { return IDOf(n.ARN) }

// prefix is what the ARNs of a scope begin with.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":servicediscovery:" + s.Region + ":" + s.Account + ":"
}

// NamespaceARN is the namespace ARN of an id, which may be an ARN.
func NamespaceARN(s arn.Scope, id string) string {
	if arn.Is(id) {
		return id
	}
	return prefix(s) + "namespace/" + id
}

// FindNamespace returns a namespace by its ARN, or nil.
func FindNamespace(tx *store.Tx, namespaceARN string) *Namespace {
	return namespaces.Get(tx, namespaceARN)
}

// NamespacesNamed returns the namespaces of a scope with a name: several private ones may have it, in VPCs of their own.
func NamespacesNamed(tx *store.Tx, s arn.Scope, name string) []*Namespace {
	return namespacesByName.List(tx, prefix(s)+name)
}

// NamespacesOfVPC returns the private namespaces of a VPC. Those of a default VPC are those of all accounts and regions,
// which have one.
func NamespacesOfVPC(tx *store.Tx, vpc string) []*Namespace { return namespacesByVPC.List(tx, vpc) }

// AllNamespaces returns those of all accounts and regions, by ARN.
func AllNamespaces(tx *store.Tx) []*Namespace { return namespaces.List(tx, "") }

// PublicNamespaces returns those with public DNS of all accounts and regions.
func PublicNamespaces(tx *store.Tx) []*Namespace { return namespacesByVPC.List(tx, public) }

// Namespaces returns the namespaces of a scope, by id.
func Namespaces(tx *store.Tx, s arn.Scope) []*Namespace {
	return namespaces.List(tx, prefix(s)+"namespace/")
}

// FindNamespaceByHTTPName returns the namespace of a scope with an HTTP name, of which there is one, or nil.
func FindNamespaceByHTTPName(tx *store.Tx, s arn.Scope, name string) *Namespace {
	if found := namespacesByHTTP.List(tx, prefix(s)+name); len(found) > 0 {
		return found[0]
	}
	return nil
}

// AddNamespace writes a new namespace, which gets an HTTP name of its own: its name, unless another one's HTTP name is
// the same (SD0002).
func AddNamespace(tx *store.Tx, n *Namespace) {
	n.HTTPName = n.Name
	if FindNamespaceByHTTPName(tx, arn.ScopeOf(n.ARN), n.Name) != nil {
		n.HTTPName += "-" + randomLetters(16)
	}
	namespaces.Put(tx, n)
}

// PutNamespace writes what has changed of a namespace.
func PutNamespace(tx *store.Tx, n *Namespace) { namespaces.Put(tx, n) }

// DeleteNamespace removes a namespace, which has no services.
func DeleteNamespace(tx *store.Tx, n *Namespace) { namespaces.Delete(tx, n) }

// OnNamespaces wakes with the ARN of each namespace that changes.
func OnNamespaces() store.Source { return store.OnKeys(namespaces) }
