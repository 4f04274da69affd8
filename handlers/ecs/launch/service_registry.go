package launch

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	discovery "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// maxServiceRegistries is how many registries a service can have. Source: ECS API reference, CreateService.
const maxServiceRegistries = 1

// maxPort is the largest number of a port.
const maxPort = 65535

// CheckRegistryCount is what a request alone tells of registries.
func CheckRegistryCount(registries []types.ServiceRegistry) error {
	if len(registries) > maxServiceRegistries {
		return kit.InvalidParameter(fmt.Sprintf("service registries can have at most %d items.", maxServiceRegistries))
	}
	return nil
}

// registryARN is the registry ARN of a service of AWS Cloud Map.
var registryARN = lazyregexp.New(`^arn:[^:]+:servicediscovery:[^:]+:[0-9]{12}:service/srv-[0-9a-z]+$`)

// CheckServiceRegistries holds the registries of a service against its definition, and against the services
// of AWS Cloud Map that there are. ECS0291 has the words, where no comment says otherwise.
func CheckServiceRegistries(c kit.InCluster, def *types.TaskDefinition, launchType types.LaunchType, registries []types.ServiceRegistry) error {
	for _, r := range registries {
		id := aws.ToString(r.RegistryArn)
		if !registryARN.MatchString(id) {
			return kit.InvalidParameter("The format of the supplied service registry ARN is invalid: " + id)
		}
		if err := kit.CheckShared(c.Scope, id); err != nil {
			return err
		}
		s := servicediscovery.FindService(c.Tx, id)
		if s == nil || arn.ScopeOf(s.ARN) != c.Scope {
			return kit.InvalidParameter("The service registry was not found: " + id) // the words are not published
		}
		if err := checkRegistryMode(def, launchType, r, s); err != nil {
			return err
		}
	}
	return nil
}

// CheckKeptServiceRegistries holds those that a service has against the definition that it gets. One whose
// service of AWS Cloud Map has been deleted does not prevent changes of the rest.
func CheckKeptServiceRegistries(c kit.InCluster, def *types.TaskDefinition, launchType types.LaunchType, registries []types.ServiceRegistry) error {
	for _, r := range registries {
		if s := servicediscovery.FindService(c.Tx, aws.ToString(r.RegistryArn)); s != nil {
			if err := checkRegistryMode(def, launchType, r, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRegistryMode looks whether a registry says what its records need in the network mode of a definition.
//
// Source: ECS API reference, ServiceRegistry. That external instances and the mode none have no service
// discovery: ECS developer guide; the words are not published.
func checkRegistryMode(def *types.TaskDefinition, launchType types.LaunchType, r types.ServiceRegistry, s *servicediscovery.Service) error {
	mode := NetworkMode(def, launchType)
	named := aws.ToString(r.ContainerName) != "" && r.ContainerPort != nil
	ofRegistry := " Registry: " + s.ARN
	switch {
	case launchType == types.LaunchTypeExternal:
		return kit.InvalidParameter("Service registries are not supported with EXTERNAL launch type.")
	case mode == types.NetworkModeNone:
		return kit.InvalidParameter("Service registries are not supported with networkMode 'none'." + ofRegistry)
	case mode != types.NetworkModeAwsvpc && !named:
		return kit.InvalidParameter("When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must be specified from the task definition." + ofRegistry)
	case r.ContainerPort != nil && needsNoPort(s):
		return kit.InvalidParameter("The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the value and retry." + ofRegistry)
	case r.Port != nil && needsNoPort(s):
		return kit.InvalidParameter("A port was provided but is not required by the specified service registry")
	case named && r.Port != nil, !named && r.Port == nil && hasSRV(s): // that the words are the same where both lack is a guess
		return kit.InvalidParameter("Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but not both. Remove one and retry.")
	}
	if r.Port != nil && (*r.Port < 1 || *r.Port > maxPort) { // the words are not published
		return kit.InvalidParameter(fmt.Sprintf("Invalid port %d. It must be between 1 and %d", *r.Port, maxPort))
	}
	return checkRegistryContainer(def, r)
}

// needsNoPort reports whether instances of a service are found by records that have no port.
func needsNoPort(s *servicediscovery.Service) bool {
	return s.HasDNS() && !hasSRV(s)
}

func hasSRV(s *servicediscovery.Service) bool {
	return slices.ContainsFunc(s.DNSRecords, func(r discovery.DnsRecord) bool { return r.Type == discovery.RecordTypeSrv })
}

// checkRegistryContainer looks for the container and its port, in the words for load balancers.
func checkRegistryContainer(def *types.TaskDefinition, r types.ServiceRegistry) error {
	name := aws.ToString(r.ContainerName)
	if name == "" {
		return nil
	}
	if r.ContainerPort != nil {
		return checkContainerPort(def, name, *r.ContainerPort)
	}
	_, err := findContainer(def, name)
	return err
}
