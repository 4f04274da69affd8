package elasticloadbalancingv2

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var listeners = store.NewTable("elbv2-listener", func(l *Listener) string { return l.ARN })

// Listener is a port of a load balancer and what is done with what comes there. Handlers
// write it.
type Listener struct {
	Scope        arn.Scope
	ARN          string
	LoadBalancer string // its ARN
	Port         int32
	Protocol     types.ProtocolEnum
	// Certificate is the default one of HTTPS and TLS, Certificates are the others, each by
	// its ARN.
	Certificate  string
	Certificates []string
	SSLPolicy    string
	ALPNPolicy   string
	// Actions are the actions of the default rule, in their order; DefaultRule is its ARN.
	Actions         []types.Action
	DefaultRule     string
	DefaultRuleTags Tags
	Attributes      Attributes
	Tags            Tags
}

// NewListenerARN makes the ARN of a listener of a load balancer.
func NewListenerARN(loadBalancer string) string { return listenersOf(loadBalancer) + newID() }

// listenersOf is what the ARNs of a load balancer's listeners start with.
func listenersOf(loadBalancer string) string {
	return strings.Replace(loadBalancer, ":loadbalancer/", ":listener/", 1) + "/"
}

// Secure reports whether clients speak TLS to it.
func (l *Listener) Secure() bool {
	return l.Protocol == types.ProtocolEnumHttps || l.Protocol == types.ProtocolEnumTls
}

// FindListener returns a listener by its ARN, or nil.
func FindListener(tx *store.Tx, arn string) *Listener { return listeners.Get(tx, arn) }

// LoadBalancerListeners returns those of a load balancer, in order of their ports.
func LoadBalancerListeners(tx *store.Tx, loadBalancer string) []*Listener {
	found := listeners.List(tx, listenersOf(loadBalancer))
	sorting.By(found, func(a, b *Listener) int { return cmp.Compare(a.Port, b.Port) })
	return found
}

// AllListeners returns those of an account and region, in order of their ARNs.
func AllListeners(tx *store.Tx, s arn.Scope) []*Listener {
	return listeners.List(tx, prefix(s))
}

func PutListener(tx *store.Tx, l *Listener) {
	listeners.Put(tx, l)
	putUses(tx, l.ARN, l.LoadBalancer, slices.Concat(forwardsTo(l.Actions), []string{l.Certificate}, l.Certificates))
}

// DeleteListener removes a listener with its rules.
func DeleteListener(tx *store.Tx, l *Listener) {
	for _, r := range rules.List(tx, rulesOf(l.ARN)) {
		DeleteRule(tx, r)
	}
	putUses(tx, l.ARN, l.LoadBalancer, nil)
	listeners.Delete(tx, l)
}
