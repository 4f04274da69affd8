package cloudwatchlogs

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// ResourcePolicy says who may use the log groups of an account, where policies decide: AWS services, and other accounts.
type ResourcePolicy struct {
	Scope    arn.Scope
	Name     string
	Document string
	Updated  time.Time
}

// mostResourcePolicies is how many an account has in a Region. Source: CloudWatch Logs quotas; it cannot be raised.
const mostResourcePolicies = 10

func (p *ResourcePolicy) key() string { return groupKey(p.Scope, p.Name) }

// PutResourcePolicy makes a policy, or replaces the one of its name.
func (s *Store) PutResourcePolicy(p ResourcePolicy) (ResourcePolicy, error) {
	p.Updated = s.opts.Now()
	return p, s.change(func(m *metadata) (*change, error) {
		if m.policies[p.key()] == nil && len(m.resourcePolicies(p.Scope)) == mostResourcePolicies {
			// Source: field reports.
			return nil, &types.LimitExceededException{Message: aws.String("Resource limit exceeded.")}
		}
		return &change{Policy: &p}, nil
	})
}

func (s *Store) DeleteResourcePolicy(scope arn.Scope, name string) error {
	return s.change(func(m *metadata) (*change, error) {
		key := groupKey(scope, name)
		if m.policies[key] == nil { // the exception is the model's; the text is not recorded
			return nil, missing("Policy with name [" + name + "] does not exist.")
		}
		return &change{DeletePolicy: key}, nil
	})
}

// ResourcePolicies returns the policies of a scope in order of their names.
func (s *Store) ResourcePolicies(scope arn.Scope) []ResourcePolicy {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.meta.resourcePolicies(scope)
}

func (m *metadata) resourcePolicies(scope arn.Scope) (found []ResourcePolicy) {
	for _, p := range m.policies {
		if p.Scope == scope {
			found = append(found, *p)
		}
	}
	sorting.By(found, func(a, b ResourcePolicy) int { return strings.Compare(a.Name, b.Name) })
	return found
}
