// Package stackpolicy decides which updates of resources the policy of a stack lets through. It knows no store.
package stackpolicy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// What an update does to a resource. Source: CloudFormation user guide, prevent updates to stack resources.
const (
	Modify  = "Update:Modify"
	Replace = "Update:Replace"
	Delete  = "Update:Delete"
)

// Policy is a stack policy. It does not change.
type Policy struct {
	statements []policy.Statement
	compiled   *policy.Policy
}

// Read reads the body of a policy. An empty object is one without statements, which lets everything through. The error has AWS's
// words (CFN-96).
func Read(body string) (*Policy, error) {
	if strings.TrimSpace(body) == "{}" {
		return &Policy{}, nil
	}
	d, err := policy.Read(body)
	if err != nil || slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return !valid(s) }) {
		return nil, document.Plainf(document.Position{}, "Error validating stack policy: Invalid stack policy")
	}
	return &Policy{statements: d.Statements, compiled: policy.Compile(body)}, nil
}

// valid is whether a statement has what statements of stack policies may have.
func valid(s policy.Statement) bool {
	if !s.HasResource || !everybody(s) || s.NotPrincipal || len(s.Actions) == 0 || s.Effect != "Allow" && s.Effect != "Deny" {
		return false
	}
	for _, action := range s.Actions {
		if !slices.Contains([]string{"*", "Update:*", Modify, Replace, Delete}, action) {
			return false
		}
	}
	for _, resource := range s.Resources {
		if resource != "*" && !strings.HasPrefix(resource, logicalResourceID) {
			return false
		}
	}
	for _, c := range s.Conditions {
		if c.Key != "ResourceType" || c.Operator != "StringEquals" && c.Operator != "StringLike" {
			return false
		}
	}
	return true
}

const logicalResourceID = "LogicalResourceId/"

func everybody(s policy.Statement) bool {
	return s.Everybody || len(s.Principals) == 1 && slices.Equal(s.Principals["AWS"], []string{"*"})
}

// Denial is why an update may not do something to a resource, empty if it may. What no statement allows is denied; of this the
// words are a guess (CFN-97).
func (p *Policy) Denial(action, logicalID, resourceType string) string {
	if p.compiled == nil {
		return ""
	}
	allowed := false
	for _, match := range policy.Matches(policy.Request{
		Action: action, Resource: logicalResourceID + logicalID, Principal: policy.Principal{Unknown: true},
		Keys: policy.Known{"resourcetype": policy.Is(resourceType)},
	}, policy.Resource, []policy.Source{{Name: "stack", Policy: p.compiled}}) {
		if match.Denies {
			number := "#" + strconv.Itoa(match.Statement+1)
			return "Action denied by stack policy: Statement [" + number + "] does not allow [" + strings.Join(p.statements[match.Statement].Actions, ", ") + "] for resource [" + logicalID + "]"
		}
		allowed = true
	}
	if allowed {
		return ""
	}
	return "Action denied by stack policy: no statement allows [" + action + "] for resource [" + logicalID + "]"
}
