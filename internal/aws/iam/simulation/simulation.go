// Package simulation is AWS's policy simulator: what policies decide for actions and resources that are only supposed. It
// reads no store and calls nothing. The simulator has rules of its own (AC48): a policy of the resource allows all on its
// account that no policy denies, also what the permissions boundary does not allow, and an answer tells all statements that
// decide. Fields are read and checked as AWS does, with AWS's texts:
//
//	keys, err := simulation.Keys(caller, in.ContextEntries)
//	…
//	results := simulation.Simulation{Identity: policies, Caller: caller, Keys: keys}.Results(actions, resources)
package simulation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Simulation is what does not differ between the actions and resources of a request. Names of sources are what answers call
// policies.
type Simulation struct {
	Identity []policy.Source
	Boundary *policy.Source // nil without one
	Resource *policy.Source // the policy of the resources, nil without one
	// Organization has the service control policies of each level, from the root down, nil without organization.
	Organization [][]policy.Source
	Caller       policy.Principal
	// Owner is the account of resources whose ARN has none; empty, it is the caller's.
	Owner string
	Keys  Context

	places map[*policy.Policy][]policy.Span
}

// Results has the result of each action, in their order, on all resources; without any it is on *.
func (s *Simulation) Results(actions, resources []string) []types.EvaluationResult {
	results := make([]types.EvaluationResult, 0, len(actions))
	used := s.keysOfPolicies()
	for _, action := range actions {
		if len(resources) == 0 || len(resources) == 1 && resources[0] == "*" {
			results = append(results, s.evaluate(action, "*", used).result(action, "*"))
			continue
		}
		outcomes := make([]outcome, 0, len(resources))
		for _, resource := range resources {
			outcomes = append(outcomes, s.evaluate(action, resource, used))
		}
		name := resources[0]
		if len(resources) > 1 {
			name = form(action, resources[0])
		}
		result := together(outcomes).result(action, name)
		if result.EvalDecisionDetails == nil {
			result.EvalDecisionDetails = map[string]types.PolicyEvaluationDecisionType{}
		}
		for i, o := range outcomes {
			result.ResourceSpecificResults = append(result.ResourceSpecificResults, o.resourceResult(resources[i]))
		}
		results = append(results, result)
	}
	return results
}

// keysOfPolicies are the keys that the policies ask for and that no entry of the request has, as they are written: also those
// of statements that are about something else, and those that the simulator knows of the caller.
func (s *Simulation) keysOfPolicies() (missing []string) {
	seen := map[string]bool{}
	for _, source := range s.sources() {
		if source.Policy == nil {
			continue
		}
		keys, _ := policy.ContextKeys(source.Policy.Text())
		for _, key := range keys {
			if !seen[key] && !s.Keys.given(key) && !strings.Contains("*?$", key) {
				seen[key] = true
				missing = append(missing, key)
			}
		}
	}
	return missing
}

func (s *Simulation) sources() []policy.Source {
	list := slices.Clip(s.Identity)
	for _, more := range []*policy.Source{s.Boundary, s.Resource} {
		if more != nil {
			list = append(list, *more)
		}
	}
	return list
}

func refuse(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return &types.InvalidInputException{Message: &text}
}
