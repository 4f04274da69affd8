package simulation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Kinds of policies by the names in answers, which AWS's model has not.
const (
	ofIdentity = "IAM Policy"
	ofResource = "Resource Policy"
	ofBoundary = "Permissions Boundary Policy"
)

// outcome is what becomes of an action on a resource, or on all.
type outcome struct {
	decision types.PolicyEvaluationDecisionType
	matched  []statement
	missing  []string
	details  map[string]types.PolicyEvaluationDecisionType // across accounts only
	// What the permissions boundary and the organization allow, nil without one.
	boundary, organization *bool
}

// statement is one that decides.
type statement struct {
	policy, kind string
	span         policy.Span
}

func (o outcome) result(action, resource string) types.EvaluationResult {
	result := types.EvaluationResult{
		EvalActionName: &action, EvalResourceName: &resource, EvalDecision: o.decision, EvalDecisionDetails: o.details,
		MatchedStatements: statements(o.matched), MissingContextValues: o.missing, PermissionsBoundaryDecisionDetail: boundaryDetail(o.boundary),
	}
	if o.organization != nil {
		result.OrganizationsDecisionDetail = &types.OrganizationsDecisionDetail{AllowedByOrganizations: *o.organization}
	}
	if result.MatchedStatements == nil {
		result.MatchedStatements = []types.Statement{}
	}
	if result.MissingContextValues == nil {
		result.MissingContextValues = []string{}
	}
	return result
}

func (o outcome) resourceResult(resource string) types.ResourceSpecificResult {
	return types.ResourceSpecificResult{
		EvalResourceName: &resource, EvalResourceDecision: o.decision, EvalDecisionDetails: o.details,
		MatchedStatements: statements(o.matched), MissingContextValues: o.missing, PermissionsBoundaryDecisionDetail: boundaryDetail(o.boundary),
	}
}

func boundaryDetail(allows *bool) *types.PermissionsBoundaryDecisionDetail {
	if allows == nil {
		return nil
	}
	return &types.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: *allows}
}

func statements(list []statement) (converted []types.Statement) {
	for _, s := range list {
		converted = append(converted, types.Statement{
			SourcePolicyId: &s.policy, SourcePolicyType: types.PolicySourceType(s.kind),
			StartPosition: position(s.span.Start), EndPosition: position(s.span.End),
		})
	}
	return converted
}

func position(p policy.Position) *types.Position {
	return &types.Position{Line: int32(p.Line), Column: int32(p.Column)}
}

// together is the outcome of an action on all resources: the worst, with the statements of each. Of a denial by a Deny it has
// the statements that deny (a choice: with another resource that is allowed it was not recorded).
func together(outcomes []outcome) outcome {
	all := outcome{decision: allowed}
	for _, o := range outcomes {
		all.decision = worse(all.decision, o.decision)
		all.boundary, all.organization = both(all.boundary, o.boundary), both(all.organization, o.organization)
		if len(o.missing) > 0 {
			all.missing = o.missing // they are the same for each resource
		}
		for kind, decision := range o.details {
			if all.details == nil {
				all.details = map[string]types.PolicyEvaluationDecisionType{}
			}
			all.details[kind] = worse(all.details[kind], decision)
		}
	}
	seen := map[statement]bool{}
	for _, o := range outcomes {
		if all.decision == explicit && o.decision != explicit {
			continue
		}
		for _, s := range o.matched {
			if !seen[s] {
				seen[s] = true
				all.matched = append(all.matched, s)
			}
		}
	}
	return all
}

func both(a, b *bool) *bool {
	if a != nil && !*a {
		return a
	}
	return b
}

// worse is the one that allows less. No decision yet is the best.
func worse(a, b types.PolicyEvaluationDecisionType) types.PolicyEvaluationDecisionType {
	order := []types.PolicyEvaluationDecisionType{allowed, implicit, explicit}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}
