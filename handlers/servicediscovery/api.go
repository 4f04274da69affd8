// Package servicediscovery answers the API of AWS Cloud Map: namespaces, services and instances. What users ask for is
// done when the call is answered; resolvers and proxies act by the rows.
package servicediscovery

import (
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// StrictVPC knows no VPCs that are made up.
	StrictVPC bool
	// HealthDelay is how long UpdateInstanceCustomHealthStatus takes to have its effect. Default: not at all.
	HealthDelay time.Duration
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API { return &API{o} }

//go:embed model.json
var table []byte

// model is what the service model demands of requests (SD0004).
var model = constraint.New(table, constraint.Style{
	Code: "InvalidInput",
	Patterns: map[string]string{
		// Go's patterns cannot look ahead, and not count to 1024: the model has lengths as well, and handlers refuse names
		// that begin like ARNs, and long ones of services.
		`^[!-~]{1,1024}$`: `[!-~]+`,
		httpName:          `[!-~]+`,
		privateName:       `[!-~]+`,
		serviceName:       `([a-zA-Z0-9_][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*|\.`,
	},
})

// Patterns of the service model (SD0004).
const (
	httpName    = `^(?!arn:)[!-~]{1,1024}$`
	privateName = `^(?!arn:)[!-~]{1,253}$`
	serviceName = `((?=^.{1,127}$)^([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$)|(^\.$)`
)

// Service is the Cloud Map API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "servicediscovery", ID: sdk.ServiceID, Title: "AWS Cloud Map", Complete: true, Model: model,
		Protocol: awsapi.JSON{TargetPrefix: "Route53AutoNaming_v20170314", Codec: wire.AsIs},
		Access:   access(), Tags: a.tagsByARN,
		Operations: []awsapi.Operation{
			awsapi.Works("CreateHttpNamespace", "at once", a.CreateHttpNamespace),
			awsapi.Works("CreatePrivateDnsNamespace", "at once; the operation fails where the VPC has one of the name", a.CreatePrivateDnsNamespace),
			awsapi.Partial("CreatePublicDnsNamespace", "its names resolve in tasks and through --dns", a.CreatePublicDnsNamespace),
			awsapi.Works("GetNamespace", "by id or ARN", a.GetNamespace),
			awsapi.Works("ListNamespaces", "with all filters, in pages", a.ListNamespaces),
			awsapi.Works("UpdateHttpNamespace", "its description", a.UpdateHttpNamespace),
			awsapi.Works("UpdatePrivateDnsNamespace", "its description and SOA", a.UpdatePrivateDnsNamespace),
			awsapi.Works("UpdatePublicDnsNamespace", "its description and SOA", a.UpdatePublicDnsNamespace),
			awsapi.Works("DeleteNamespace", "if it has no services", a.DeleteNamespace),

			awsapi.Partial("CreateService", "HealthCheckConfig is kept without checks: its instances are HEALTHY", a.CreateService),
			awsapi.Works("GetService", "by id or ARN", a.GetService),
			awsapi.Works("ListServices", "with all filters, in pages", a.ListServices),
			awsapi.Partial("UpdateService", "as CreateService", a.UpdateService),
			awsapi.Works("DeleteService", "if it has no instances", a.DeleteService),
			awsapi.Works("GetServiceAttributes", "", a.GetServiceAttributes),
			awsapi.Works("UpdateServiceAttributes", "adds and replaces", a.UpdateServiceAttributes),
			awsapi.Works("DeleteServiceAttributes", "missing ones are no error", a.DeleteServiceAttributes),

			awsapi.Works("RegisterInstance", "at once; one with the same id is replaced", a.RegisterInstance),
			awsapi.Works("DeregisterInstance", "at once", a.DeregisterInstance),
			awsapi.Works("GetInstance", "those that ECS registered as well", a.GetInstance),
			awsapi.Works("ListInstances", "those that ECS registered as well, in pages", a.ListInstances),
			awsapi.Works("DiscoverInstances", "in random order, by health and attributes", a.DiscoverInstances),
			awsapi.Works("DiscoverInstancesRevision", "grows with each registration and deregistration", a.DiscoverInstancesRevision),
			awsapi.Works("GetInstancesHealthStatus", "in pages", a.GetInstancesHealthStatus),
			awsapi.Works("UpdateInstanceCustomHealthStatus", "at once; with --aws-delays after 30 s", a.UpdateInstanceCustomHealthStatus),

			awsapi.Works("GetOperation", "", a.GetOperation),
			awsapi.Works("ListOperations", "operations of seven days, 10,000 at most; with all filters, in pages", a.ListOperations),

			awsapi.Works("TagResource", "of namespaces and services", a.TagResource),
			awsapi.Works("UntagResource", "missing tags are no error", a.UntagResource),
			awsapi.Works("ListTagsForResource", "in the order in which they came", a.ListTagsForResource),
		},
	}
}
