// Package composition decides what becomes of the resources of Express gateway services: from what was asked, and the rows of what
// there is, Next says which calls come next.
package composition

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// View is what is known of an owner: a service, or a network set.
type View struct {
	managedresource.Owner
	// Service is the owner, or of a network set any of its users: its network is the set's. Nil: no service needs the set any more.
	Service *express.Service
	// Deployed says that the service revision of what is asked has had its deployment.
	Deployed bool
}

// eight are the digits by which the names of an owner's resources end.
func (v *View) eight() string {
	if express.IsSet(v.Key) {
		return v.Key[strings.LastIndexByte(v.Key, '/')+1:]
	}
	return v.Service.Token[:8]
}

// Host is the name of a service's endpoint.
func Host(s *express.Service) string { return managedresource.Host(s.Name, s.Token, s.Scope) }

// mostOfLogGroup is how long the name of a log group is. Source: CloudWatch Logs API reference, CreateLogGroup.
const mostOfLogGroup = 512

// LogGroupName is the group into which a service logs. Source: services.md I.2.
func LogGroupName(s *express.Service) string {
	if c := s.Asked.Container.AwsLogsConfiguration; c != nil && c.LogGroup != nil {
		return *c.LogGroup
	}
	before, after := "/aws/ecs/"+s.Cluster+"/", "-"+s.Token[:8]
	return before + s.Name[:min(len(s.Name), mostOfLogGroup-len(before+after))] + after
}

// Next are the next steps, each when it is Due: none if an owner is as it is to be, or waits for another one.
func Next(v View) []managedresource.Step { return book.Next(&v) }

// Doubt looks whether a resource is still there that others may have removed.
func Doubt(v View, r *express.Resource) (managedresource.Step, bool) { return book.Doubt(&v, r) }

// Reason is why a service, or its network set, has not all that it is to have; empty if it has, or is about to.
func Reason(v View) string {
	for _, list := range [][]*express.Resource{v.Shared, v.Own} {
		for _, r := range list {
			if r.Status == types.ManagedResourceStatusFailed {
				return r.Reason
			}
		}
	}
	return ""
}

// Blocked is why no further deployment of a service can begin, in the words of the API: what users have removed is not made again.
// Empty if one can.
func Blocked(v View) string {
	for _, k := range recipes[express.ECSService].Needs {
		if r := v.Find(k); r != nil && r.Status == types.ManagedResourceStatusFailed && !r.Asked {
			return r.Reason
		}
	}
	return ""
}
