// Package composition decides what becomes of the resources of Express gateway services: from what was asked, and the rows of what
// there is, Next says which calls come next.
//
// A step has two rows: Begun is written before its call, and what Done makes of the answer after it. If the emulator ends between
// them, the next step finds what was made: by a call that may be made again, by the token of the call, or by the name, which no
// other resource has.
package composition

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// View is what is known of an owner: a service, or a network set.
type View struct {
	Owner string
	Scope arn.Scope
	// Service is the owner, or of a network set any of its users: its network is the set's. Nil: no service needs the set any more.
	Service *express.Service
	// Own are the owner's resources, Shared the resources of a service's network set.
	Own, Shared []*express.Resource
	// Deployed says that the service revision of what is asked has had its deployment.
	Deployed bool
	Now      time.Time
}

// wanted is whether the owner is to have its resources.
func (v *View) wanted() bool {
	return v.Service != nil && (express.IsSet(v.Owner) || v.Service.DeletedAt.IsZero())
}

func (v *View) find(k express.Kind) *express.Resource {
	for _, list := range [][]*express.Resource{v.Own, v.Shared} {
		for _, r := range list {
			if r.Kind == k && !r.Left {
				return r
			}
		}
	}
	return nil
}

// id is how calls name a resource, empty if there is none.
func (v *View) id(k express.Kind) string {
	if r := v.find(k); r != nil {
		return r.ID
	}
	return ""
}

// active is whether a resource can be used.
func (v *View) active(k express.Kind) bool {
	r := v.find(k)
	return r != nil && r.Status == types.ManagedResourceStatusActive
}

// short is the part of a service's name that fits in front of the rest of a resource's name.
func short(name string, most int) string { return strings.TrimRight(name[:min(len(name), most)], "-_") }

// eight are the digits by which the names of an owner's resources end.
func (v *View) eight() string {
	if express.IsSet(v.Owner) {
		return v.Owner[strings.LastIndexByte(v.Owner, '/')+1:]
	}
	return v.Service.Token[:8]
}

// mostOfDomainName is how long the first domain name of a certificate is. Source: ACM API reference, RequestCertificate.
const mostOfDomainName = 64

// Host is the name of a service's endpoint: as much of the service's name as its certificate has room for, in front of the token.
// Source: services.md I.2 for the form; where the name is cut is a choice.
func Host(s *express.Service) string {
	rest := s.Token + "." + domain(s.Scope)
	label := strings.Trim(strings.ToLower(strings.ReplaceAll(s.Name, "_", "-")), "-")
	label = short(label, max(0, mostOfDomainName-len("-"+rest)))
	if label == "" {
		return rest
	}
	return label + "-" + rest
}

// domain is what the names of all endpoints of a region end with.
func domain(s arn.Scope) string { return "ecs." + s.Region + ".on.aws" }

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

// Gone reports whether an owner has nothing any more that can be removed.
func Gone(v View) bool {
	return !slices.ContainsFunc(v.Own, func(r *express.Resource) bool { return !r.Left })
}

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
	for _, k := range recipes[express.ECSService].needs {
		if r := v.find(k); r != nil && r.Status == types.ManagedResourceStatusFailed && !r.Asked {
			return r.Reason
		}
	}
	return ""
}
