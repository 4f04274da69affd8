package tasktraffic

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// listenerPatience is how long a task that stops waits for resolvers and proxies that do not acknowledge.
const listenerPatience = 5 * time.Second

// entry is a service of Cloud Map in which a task is to be an instance.
type entry struct {
	service    string // ARN
	port       int32  // 0 is none
	deployment string // of endpoints of Service Connect
}

// entriesOf are the entries of a task: of its service's registry, and of its endpoints of Service Connect, which are
// reached at the port of the proxy.
func entriesOf(t *state.Task) (entries []entry) {
	for _, r := range t.Spec.ServiceRegistries {
		port := aws.ToInt32(r.Port)
		if r.ContainerPort != nil {
			port = portOf(t, aws.ToString(r.ContainerName), uint16(*r.ContainerPort))
		}
		entries = append(entries, entry{service: aws.ToString(r.RegistryArn), port: port})
	}
	if t.Spec.Connect == nil {
		return entries
	}
	for _, s := range t.Spec.Connect.Services {
		port := portOf(t, s.Container, s.ContainerPort)
		if s.IngressPort != 0 {
			port = int32(s.IngressPort)
		}
		entries = append(entries, entry{service: s.DiscoveryARN, port: port, deployment: t.Spec.DeploymentID})
	}
	return entries
}

// registerInstances makes a task an instance of its services of Cloud Map. One that it cannot be in does not keep
// it from RUNNING: what ECS does then is not published.
func registerInstances(tx *store.Tx, t *state.Task, now time.Time) (list []state.TaskRegistration) {
	for _, e := range entriesOf(t) {
		r := state.TaskRegistration{Service: e.service}
		s := servicediscovery.FindService(tx, e.service)
		attributes := attributesOf(tx, t)
		switch {
		case s == nil:
			r.Refused = "The service of AWS Cloud Map was not found"
		case attributes[servicediscovery.AttributeIPv4] == "" || e.port == 0 && hasSRV(s):
			r.Refused = "The task has no address or port that the service of AWS Cloud Map could have"
		default:
			if e.port != 0 && (hasSRV(s) || !s.HasDNS()) { // a service with A records alone has no port (ECS0290)
				attributes[servicediscovery.AttributePort] = strconv.Itoa(int(e.port))
			}
			health := types.HealthStatusUnknown
			if r.CustomHealth = s.CustomHealthCheck; r.CustomHealth {
				health = customHealth(t)
				attributes[servicediscovery.AttributeInitHealth] = string(health)
			}
			servicediscovery.Register(tx, &servicediscovery.Instance{
				ServiceARN: s.ARN, ID: arn.Name(t.ARN), Attributes: attributes, Health: health,
				Task: t.ARN, Deployment: e.deployment, RegisteredAt: now,
			})
		}
		list = append(list, r)
	}
	return list
}

func hasSRV(s *servicediscovery.Service) bool {
	return slices.ContainsFunc(s.DNSRecords, func(r types.DnsRecord) bool { return r.Type == types.RecordTypeSrv })
}

// attributesOf are those that instances have of a task (ECS0290), without port and health.
func attributesOf(tx *store.Tx, t *state.Task) map[string]string {
	attributes := map[string]string{
		"AVAILABILITY_ZONE": t.Placement.Zone, "REGION": t.Scope().Region,
		"ECS_CLUSTER_NAME": arn.Name(t.Spec.ClusterARN), "ECS_SERVICE_NAME": arn.Name(t.Spec.ServiceARN), "ECS_TASK_DEFINITION_FAMILY": t.Spec.Family,
		servicediscovery.AttributeIPv4: t.Status.Attachment.PrivateIPv4,
	}
	set := taskset.Find(tx, t.Scope().TaskSet(arn.Name(t.Spec.ClusterARN), arn.Name(t.Spec.ServiceARN), t.Spec.DeploymentID))
	if set != nil && set.ExternalID != "" {
		attributes["ECS_TASK_SET_EXTERNAL_ID"] = set.ExternalID // ECS0336.1
	}
	on := state.FindContainerInstance(tx, t.Placement.ContainerInstance)
	if on == nil {
		return attributes
	}
	attributes["EC2_INSTANCE_ID"] = on.EC2InstanceID // source: ECS developer guide, service discovery
	if !t.Spec.HasInterface() {
		attributes[servicediscovery.AttributeIPv4] = ""
		if address := ec2.AddressOf(tx, on.Scope(), on.EC2InstanceID); address.IsValid() {
			attributes[servicediscovery.AttributeIPv4] = address.String()
		}
	}
	return attributes
}

// customHealth is what ECS tells Cloud Map of a task: it is unhealthy until the checks of its containers have
// passed, and when they fail.
// Source: ECS developer guide, service discovery.
func customHealth(t *state.Task) types.HealthStatus {
	if t.Spec.Checked && t.Status.HealthStatus != ecs.HealthStatusHealthy {
		return types.HealthStatusUnhealthy
	}
	return types.HealthStatusHealthy
}

// registrationsNow are the registrations of a task with the health that its containers have.
func registrationsNow(t *state.Task) []state.TaskRegistration {
	list := slices.Clone(t.Traffic.Registrations)
	for i := range list {
		list[i].Unhealthy = list[i].CustomHealth && customHealth(t) == types.HealthStatusUnhealthy
	}
	return list
}

// tellHealth tells Cloud Map of a health that has changed. One that a user has set meanwhile stays until then.
func tellHealth(tx *store.Tx, t *state.Task) {
	for i, r := range registrationsNow(t) {
		if r.Unhealthy != t.Traffic.Registrations[i].Unhealthy {
			servicediscovery.SetHealth(tx, r.Service, arn.Name(t.ARN), customHealth(t))
		}
	}
}

// deregisterInstances takes a task out of its services of Cloud Map, and returns what remains to be acknowledged.
// Instances that users have deregistered are gone already.
func deregisterInstances(tx *store.Tx, taskARN string, list []state.TaskRegistration) []state.TaskRegistration {
	list = slices.Clone(list)
	for i := range list {
		r := &list[i]
		if known := servicediscovery.FindInstance(tx, r.Service, arn.Name(taskARN)); known == nil || known.Task != taskARN {
			continue
		}
		r.Revision, _ = servicediscovery.Deregister(tx, r.Service, arn.Name(taskARN))
	}
	return list
}

// acknowledgedAll reports whether all that act by the instances of Cloud Map know that a task is deregistered.
func acknowledgedAll(tx *store.Tx, t *state.Task) bool {
	return !slices.ContainsFunc(t.Traffic.Registrations, func(r state.TaskRegistration) bool {
		return r.Revision != 0 && !servicediscovery.Acknowledged(tx, r.Service, r.Revision)
	})
}
