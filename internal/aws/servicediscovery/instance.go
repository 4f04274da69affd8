package servicediscovery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instances = store.NewTable("servicediscovery-instance", func(i *Instance) string { return instanceKey(i.ServiceARN, i.ID) })

// Instance is what is registered in a service under an id. [Register], [Deregister] and [SetHealth] write it, for any
// caller.
type Instance struct {
	ServiceARN string
	ID         string // the task's id where ECS registered it
	Attributes map[string]string
	// Health is the custom status; UNKNOWN where the service has no health check.
	Health           types.HealthStatus
	CreatorRequestID string
	// Task is the ARN of the task that ECS registered; empty: a user registered it.
	Task string
	// Deployment is the id of the task's deployment, for endpoints of Service Connect: ecs-svc/….
	Deployment   string
	RegisteredAt time.Time
	// Asked is the status that was asked for and that it has from AskedFor on; empty: there is none.
	Asked    types.HealthStatus
	AskedFor time.Time
}

// Names of attributes. Source: Cloud Map API reference, RegisterInstance; ECS developer guide, service discovery.
const (
	AttributeIPv4          = "AWS_INSTANCE_IPV4"
	AttributeIPv6          = "AWS_INSTANCE_IPV6"
	AttributePort          = "AWS_INSTANCE_PORT"
	AttributeCNAME         = "AWS_INSTANCE_CNAME"
	AttributeAlias         = "AWS_ALIAS_DNS_NAME"
	AttributeEC2InstanceID = "AWS_EC2_INSTANCE_ID"
	AttributeInitHealth    = "AWS_INIT_HEALTH_STATUS"
)

func instanceKey(serviceARN, id string) string { return serviceARN + " " + id }

// FindInstance returns an instance of a service, or nil.
func FindInstance(tx *store.Tx, serviceARN, id string) *Instance {
	return instances.Get(tx, instanceKey(serviceARN, id))
}

// Instances returns the instances of a service, by id.
func Instances(tx *store.Tx, serviceARN string) []*Instance {
	return instances.List(tx, serviceARN+" ")
}

// Register puts an instance into its service, which exists, in the place of one with the same id. It returns the
// service's revision with that change.
func Register(tx *store.Tx, i *Instance) int64 {
	more := 1
	if FindInstance(tx, i.ServiceARN, i.ID) != nil {
		more = 0
	}
	instances.Put(tx, i)
	return changed(tx, i.ServiceARN, func(s *Service) {
		s.Registrations++
		s.InstanceCount += more
	})
}

// Deregister removes an instance. It returns the revision with that change: a listener that has acknowledged it sends
// the instance nothing new. Without such an instance it reports false.
func Deregister(tx *store.Tx, serviceARN, id string) (revision int64, ok bool) {
	i := FindInstance(tx, serviceARN, id)
	if i == nil {
		return 0, false
	}
	instances.Delete(tx, i)
	return changed(tx, serviceARN, func(s *Service) {
		s.Registrations++
		s.InstanceCount--
	}), true
}

// SetHealth changes the custom status of an instance at once; it reports false if there is no such instance.
func SetHealth(tx *store.Tx, serviceARN, id string, health types.HealthStatus) bool {
	old := FindInstance(tx, serviceARN, id)
	if old == nil {
		return false
	}
	if old.Health == health && old.Asked == "" {
		return true
	}
	i := *old
	i.Health, i.Asked, i.AskedFor = health, "", time.Time{}
	instances.Put(tx, &i)
	if old.Health != health {
		changed(tx, serviceARN, func(*Service) {})
	}
	return true
}

// AskHealth has an instance, which exists, get a custom status at a time. One that waits for the same status already gets
// it when the first request said. Source: Cloud Map API reference, HealthCheckCustomConfig.
func AskHealth(tx *store.Tx, serviceARN, id string, health types.HealthStatus, at time.Time) {
	old := FindInstance(tx, serviceARN, id)
	if old.Asked == health {
		return
	}
	i := *old
	i.Asked, i.AskedFor = health, at
	instances.Put(tx, &i)
}

// OnAskedHealth wakes with the key of each instance of which a status has been asked for.
func OnAskedHealth() store.Source {
	return store.On(instances, func(_, after *Instance) []string {
		if after == nil || after.Asked == "" {
			return nil
		}
		return []string{instanceKey(after.ServiceARN, after.ID)}
	})
}

// HealthDue is when the instance with a key gets the status that was asked for; zero: none was.
func HealthDue(tx *store.Tx, key string) time.Time {
	if i := instances.Get(tx, key); i != nil {
		return i.AskedFor
	}
	return time.Time{}
}

// SettleHealth gives the instance with a key the status that was asked for, if it is due.
func SettleHealth(tx *store.Tx, key string, now time.Time) {
	if i := instances.Get(tx, key); i != nil && i.Asked != "" && !i.AskedFor.After(now) {
		SetHealth(tx, i.ServiceARN, i.ID, i.Asked)
	}
}

// changed raises the revision of a service whose instances have changed.
func changed(tx *store.Tx, serviceARN string, count func(*Service)) int64 {
	s := *FindService(tx, serviceARN)
	s.Revision++
	count(&s)
	services.Put(tx, &s)
	return s.Revision
}
