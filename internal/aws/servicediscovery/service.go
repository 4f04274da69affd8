package servicediscovery

import (
	"hash/fnv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	services            = store.NewTable("servicediscovery-service", func(s *Service) string { return s.ARN })
	servicesByNamespace = services.Index(func(s *Service) string { return s.NamespaceARN })
	servicesByName      = services.Index(func(s *Service) string { return s.NamespaceARN + " " + strings.ToLower(s.Name) })
	servicesByECS       = services.Index(func(s *Service) string { return s.ECSService })
)

// Service is a service of Cloud Map: a name below its namespace. Handlers write it, but for Revision; those of Service
// Connect are made and removed with the service of ECS that has them.
type Service struct {
	ARN               string // …:service/srv-…
	NamespaceARN      string
	Name              string
	Description       string
	CreatorRequestID  string
	Type              types.ServiceType // HTTP, DNS_HTTP or DNS
	RoutingPolicy     types.RoutingPolicy
	DNSRecords        []types.DnsRecord
	HealthCheck       *types.HealthCheckConfig
	CustomHealthCheck bool // HealthCheckCustomConfig was sent
	Attributes        map[string]string
	Tags              []types.Tag
	CreatedAt         time.Time
	ECSService        string // ARN of the service of ECS whose Service Connect made it; empty: a user did

	// This package writes what follows.

	Revision      int64 // grows with each change of the service's instances, their health included
	Registrations int64 // grows with each registration and deregistration
	InstanceCount int
}

// InstancesRevision is what Cloud Map shows of the instances: a large number, which grows with registrations and
// deregistrations but not with changes of health. It is one of the service alone: a new one of the same name has another
// one (SD0009).
func (s *Service) InstancesRevision() int64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(s.ARN)) // never fails
	return 1e16 + int64(sum.Sum64()%8e16) + s.Registrations
}

// HasHealth reports whether instances have a status.
func (s *Service) HasHealth() bool { return s.CustomHealthCheck || s.HealthCheck != nil }

// HealthOf is the status of an instance of the service: UNKNOWN without a health check. Those of Route 53 are not made
// here, and what they would check counts as healthy.
func (s *Service) HealthOf(i *Instance) types.HealthStatus {
	switch {
	case s.CustomHealthCheck:
		return i.Health
	case s.HealthCheck != nil:
		return types.HealthStatusHealthy
	default:
		return types.HealthStatusUnknown
	}
}

// ID is what stands behind the slash of the ARN: srv-….
func (s *Service) ID() string { return IDOf(s.ARN) }

func (s *Service) HasDNS() bool { return len(s.DNSRecords) > 0 }

// ServiceARN is the service ARN of an id, which may be an ARN.
func ServiceARN(s arn.Scope, id string) string {
	if arn.Is(id) {
		return id
	}
	return prefix(s) + "service/" + id
}

// FindService returns a service by its ARN, or nil.
func FindService(tx *store.Tx, serviceARN string) *Service { return services.Get(tx, serviceARN) }

// FindServiceNamed returns the service of a namespace with a name, or nil. Names are compared as they are written.
func FindServiceNamed(tx *store.Tx, namespaceARN, name string) *Service {
	for _, s := range ServicesAlike(tx, namespaceARN, name) {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// ServicesAlike returns the services of a namespace that have a name in small or capital letters, which is one name in DNS.
func ServicesAlike(tx *store.Tx, namespaceARN, name string) []*Service {
	return servicesByName.List(tx, namespaceARN+" "+strings.ToLower(name))
}

// NamespaceServices returns the services of a namespace, by id.
func NamespaceServices(tx *store.Tx, namespaceARN string) []*Service {
	return servicesByNamespace.List(tx, namespaceARN)
}

// ECSServices returns those that Service Connect made for a service of ECS, by id.
func ECSServices(tx *store.Tx, ecsService string) []*Service {
	return servicesByECS.List(tx, ecsService)
}

// Services returns the services of a scope, by id.
func Services(tx *store.Tx, s arn.Scope) []*Service { return services.List(tx, prefix(s)+"service/") }

func PutService(tx *store.Tx, s *Service) { services.Put(tx, s) }

// DeleteService removes a service, which has no instances, and what was heard of it.
func DeleteService(tx *store.Tx, s *Service) {
	if w := FindWeights(tx, s.ARN); w != nil {
		weights.Delete(tx, w)
	}
	services.Delete(tx, s)
	for _, a := range acknowledgements.List(tx, s.ARN+" ") {
		acknowledgements.Delete(tx, a)
	}
}

// OnServices wakes with the ARN of each service that changes, or whose instances do.
func OnServices() store.Source { return store.OnKeys(services) }

// IDOf is what stands behind the slash of an ARN.
func IDOf(of string) string { return of[strings.LastIndexByte(of, '/')+1:] }
